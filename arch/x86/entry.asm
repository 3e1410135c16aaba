; entry.asm - every trap: registers onto the stack, x86_trap(), registers back (Intel SDM vol. 3A 6.12).
;
; In:  interrupts off by the gate, esp = the stack of the interrupted thread, or from user mode the top of its
;      kernel stack (esp0), on which the CPU has pushed, from user mode, ss and esp; then eflags, cs, eip, and
;      with some vectors an error code.
;
;  1 would the frame reach the guard page? the CPU sees to that: vector 8 goes to x86_overflow() (segments.c)
;  2 save all registers, and what the hardware says
;  3 x86_trap(eax: frame, edx: emergency)
;  4 restore, return to where it came from
%include "arch/offsets.h"

%if FRAME_eax != 28 || FRAME_ds != 32 || FRAME_gs != 44 || FRAME_vector != 48 || FRAME_cs != 60
%error "struct hal_frame is not what is pushed here"
%endif

%if FRAME_KERNEL_SIZE != 68 || FRAME_user_esp != 68 || FRAME_user_ss != 72 || FRAME_SIZE != 76
%error "struct hal_frame is not what the CPU pushes"
%endif

%assign HAS_ERROR_CODE 1<<8 | 1<<10 | 1<<11 | 1<<12 | 1<<13 | 1<<14 | 1<<17 | 1<<21 | 1<<29 | 1<<30

    extern  x86_trap
    global  x86_trap_stubs, hal_frame_resume, x86_emergency_stacks

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
    lea     eax, [esp + FRAME_KERNEL_SIZE]
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
restore:
    test    byte [esp + FRAME_cs], SEG_RPL_USER
    jz      .kernel
    popa                                        ; all but esp
    pop     ds                                  ; hal_user_load() has seen to it that none of these faults
    pop     es
    pop     fs
    pop     gs
    add     esp, FRAME_eip - FRAME_vector
    iret

    ; ds and es are as they were; fs and gs, which the kernel does not use, may be of whatever program was
    ; here last, and what they name may be gone.
.kernel:
    popa
    add     esp, FRAME_eip - FRAME_ds
    iret

; hal_frame_resume(eax: frame). irqs off.
hal_frame_resume:
    mov     esp, eax
    jmp     restore

    section .bss align=16384
    alignb  KSTACK_SLOT
x86_emergency_stacks:                           ; one for each CPU
    resb    KSTACK_SLOT * MAX_CPUS
