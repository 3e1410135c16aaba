; crt0/x86.asm - how a program begins and calls the kernel, how a handler and a thread end; for i386.
%include "crt0/numbers.h"

    extern  __libc_start
    global  _start, __syscall, __restore, __restore_rt, __clone

    section .text

; In: esp = argc, argv[0]..., 0, envp[0]..., 0, pairs of the auxiliary vector (System V ABI i386, 2.3.1).
;
;  1 clear the frame pointer: backtraces end here
;  2 align the stack
;  3 __libc_start(the words on the stack), which does not return
_start:
    xor     ebp, ebp
    mov     eax, esp
    and     esp, -16
    sub     esp, 12
    push    eax
    call    __libc_start

; long __syscall(long number, ...), up to six arguments: what the kernel says, maybe a negative error.
__syscall:
    push    ebx
    push    esi
    push    edi
    push    ebp
    mov     eax, [esp + 20]
    mov     ebx, [esp + 24]
    mov     ecx, [esp + 28]
    mov     edx, [esp + 32]
    mov     esi, [esp + 36]
    mov     edi, [esp + 40]
    mov     ebp, [esp + 44]
    int     0x80
    pop     ebp
    pop     edi
    pop     esi
    pop     ebx
    ret

; Handlers return to here, the second one those with siginfo. The kernel finds its frame by esp; the frame of
; the first begins with the number of the signal, which has to go before.
__restore:
    pop     eax
    mov     eax, SYS_sigreturn
    int     0x80
__restore_rt:
    mov     eax, SYS_rt_sigreturn
    int     0x80

; long __clone(flags, stack, parent_tid, tls, child_tid, int (*function)(void *), void *argument)
; The child has the given stack. It calls the function, and ends with what that returns.
__clone:
    push    ebx
    push    esi
    push    edi
    push    ebp
    mov     eax, SYS_clone
    mov     ebx, [esp + 20]
    mov     ecx, [esp + 24]
    mov     edx, [esp + 28]
    mov     esi, [esp + 32]
    mov     edi, [esp + 36]
    and     ecx, -16
    sub     ecx, 16
    mov     ebp, [esp + 44]
    mov     [ecx], ebp                          ; the argument, where a call expects it
    mov     ebp, [esp + 40]                     ; the function: registers are the same in the child
    int     0x80
    test    eax, eax
    jz      .child
    pop     ebp
    pop     edi
    pop     esi
    pop     ebx
    ret
.child:
    mov     eax, ebp
    xor     ebp, ebp
    call    eax
    mov     ebx, eax
    mov     eax, SYS_exit
    int     0x80

    section .note.GNU-stack noalloc noexec nowrite progbits
