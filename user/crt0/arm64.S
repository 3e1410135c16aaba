/* crt0/arm64.S - how a program begins and calls the kernel, how a handler and a thread end; for arm64. */
#include <crt0/numbers.h>

    .global _start, __syscall, __restore, __restore_rt, __clone

    .text

/* In: sp = argc, argv[0]..., 0, envp[0]..., 0, pairs of the auxiliary vector.
 *
 *  1 clear the frame pointer: backtraces end here
 *  2 align the stack
 *  3 __libc_start(the words on the stack), which does not return
 */
_start:
    mov     x29, #0
    mov     x30, #0
    mov     x0, sp
    and     x1, x0, #-16
    mov     sp, x1
    bl      __libc_start

/* long __syscall(long number, ...), up to six arguments: what the kernel says, maybe a negative error. */
__syscall:
    mov     x8, x0
    mov     x0, x1
    mov     x1, x2
    mov     x2, x3
    mov     x3, x4
    mov     x4, x5
    mov     x5, x6
    svc     #0
    ret

/* Handlers return to here. The kernel finds its frame by sp. */
__restore:
__restore_rt:
    mov     x8, #SYS_rt_sigreturn
    svc     #0

/* long __clone(flags, stack, parent_tid, tls, child_tid, int (*function)(void *), void *argument)
 * The child has the given stack. It calls the function, and ends with what that returns. */
__clone:
    and     x1, x1, #-16
    mov     x8, #SYS_clone
    svc     #0
    cbz     x0, 1f
    ret
1:  mov     x29, #0
    mov     x30, #0
    mov     x0, x6                              /* registers are the same in the child */
    blr     x5
    mov     x8, #SYS_exit
    svc     #0

    .section .note.GNU-stack, "", %progbits
