/* crt0/riscv.S - how a program begins and calls the kernel, how a thread ends; for riscv64. */
#include <crt0/numbers.h>

    .global _start, __syscall, __clone

    .text

/* In: sp = argc, argv[0]..., 0, envp[0]..., 0, pairs of the auxiliary vector.
 *
 *  1 clear the frame pointer: backtraces end here; gp, as the linker may have relaxed addresses to it
 *  2 align the stack
 *  3 __libc_start(the words on the stack), which does not return
 */
_start:
    .option push
    .option norelax
    la      gp, __global_pointer$
    .option pop
    li      s0, 0
    li      ra, 0
    mv      a0, sp
    andi    sp, sp, -16
    call    __libc_start

/* long __syscall(long number, ...), up to six arguments: what the kernel says, maybe a negative error. */
__syscall:
    mv      a7, a0
    mv      a0, a1
    mv      a1, a2
    mv      a2, a3
    mv      a3, a4
    mv      a4, a5
    mv      a5, a6
    ecall
    ret

/* Handlers return to code that the kernel maps: there is no __restore here. */

/* long __clone(flags, stack, parent_tid, tls, child_tid, int (*function)(void *), void *argument)
 * The child has the given stack. It calls the function, and ends with what that returns. */
__clone:
    andi    a1, a1, -16
    li      a7, SYS_clone
    ecall
    beqz    a0, 1f
    ret
1:  li      s0, 0
    li      ra, 0
    mv      a0, a6                              /* registers are the same in the child */
    jalr    a5
    li      a7, SYS_exit
    ecall

    .section .note.GNU-stack, "", %progbits
