; entry.asm - every trap: registers onto the stack, x86_trap(), registers back (Intel SDM vol. 3A 6.12).
;
; In:  interrupts off by the gate, esp = the stack of the interrupted thread, on which the CPU has pushed
;      eflags, cs, eip, and with some vectors an error code.
;
;  1 would the frame reach the guard page? the CPU sees to that: vector 8 goes to x86_overflow() (segments.c)
;  2 save all registers, and what the hardware says
;  3 x86_trap(eax: frame, edx: emergency)
;  4 restore, return to where it came from
%include "arch/offsets.h"

%if FRAME_eax != 28 || FRAME_ds != 32 || FRAME_gs != 44 || FRAME_vector != 48 || FRAME_SIZE != 68
%error "struct hal_frame is not what is pushed here"
%endif

%assign HAS_ERROR_CODE 1<<8 | 1<<10 | 1<<11 | 1<<12 | 1<<13 | 1<<14 | 1<<17 | 1<<21 | 1<<29 | 1<<30

    extern  x86_trap
    global  x86_trap_stubs, x86_emergency_stacks

    section .text align=16

; An entry point per vector, X86_STUB_SIZE bytes apart: they make the frame the same for all.
x86_trap_stubs:
%assign vector 0
%rep X86_VECTORS
    align   X86_STUB_SIZE
%if vector > 31 || (HAS_ERROR_CODE >> vector & 1) == 0
    push    dword 0
%endif
    push    dword vector
    jmp     trap_entry
%assign vector vector + 1
%endrep

    align   16
trap_entry:
    ; 2
    push    gs
    push    fs
    push    es
    push    ds
    pusha
    lea     eax, [esp + FRAME_SIZE]
    mov     [esp + FRAME_esp], eax
    mov     eax, SEG_KERNEL_DATA
    mov     ds, eax
    mov     es, eax
    cld

    ; 3
    mov     eax, esp
    push    dword [eax + FRAME_eip]             ; as if the interrupted code had called us: backtraces go on
    push    ebp
    mov     ebp, esp
    xor     edx, edx
    call    x86_trap

    ; 4: x86_trap() came back, maybe long after and with other threads in between; esp is again where it was
    add     esp, 8
    popa                                        ; all but esp
    pop     ds
    pop     es
    pop     fs
    pop     gs
    add     esp, 8                              ; vector and error code
    iret

    section .bss align=16384
    alignb  KSTACK_SLOT
x86_emergency_stacks:                           ; one for each CPU
    resb    KSTACK_SLOT * MAX_CPUS
