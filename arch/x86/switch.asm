; switch.asm - from one kernel stack to another.
;
; Only what the calling convention makes the callee save; the caller has saved the rest.
%include "arch/offsets.h"

    global  hal_context_switch, x86_thread_entry

%if CONTEXT_ebp != 0 || CONTEXT_edi != 4 || CONTEXT_esi != 8 || CONTEXT_ebx != 12 || CONTEXT_eip != 16
%error "struct context is not what is pushed here"
%endif

    section .text

; hal_context_switch(eax: where to save sp, edx: sp to load). irqs off.
hal_context_switch:
    push    ebx
    push    esi
    push    edi
    push    ebp
    mov     [eax], esp
    mov     esp, edx                            ; from here on we are the other thread
    pop     ebp
    pop     edi
    pop     esi
    pop     ebx
    ret

; Where the first switch to a new thread returns to: ebx = fn, esi = arg. fn does not return.
x86_thread_entry:
    mov     eax, esi
    call    ebx
