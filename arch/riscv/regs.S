/* regs.S - instructions that C cannot be made to write. */
#include <arch/offsets.h>

    .section .text

/*
 * hal_regs_hold(a0: seed, a1: spins). Every general register but sp, and tp, which the kernel has no use for:
 *   a0 = seed, and each other one seed + its own number xN; t6 (x31) counts.
 * Returns 0, or N of the first that changed (10: a0 itself).
 */
/* What has a value of its own: all but x0 sp tp a0 t6. */
.macro each do
    \do ra, 1
    \do gp, 3
    \do t0, 5
    \do t1, 6
    \do t2, 7
    \do s0, 8
    \do s1, 9
    \do a1, 11
    \do a2, 12
    \do a3, 13
    \do a4, 14
    \do a5, 15
    \do a6, 16
    \do a7, 17
    \do s2, 18
    \do s3, 19
    \do s4, 20
    \do s5, 21
    \do s6, 22
    \do s7, 23
    \do s8, 24
    \do s9, 25
    \do s10, 26
    \do s11, 27
    \do t3, 28
    \do t4, 29
    \do t5, 30
.endm

.macro fill reg, n
    addi    \reg, a0, \n
.endm

.macro check reg, n
    addi    t6, a0, \n
    bne     \reg, t6, lost_\n
.endm

.macro lost reg, n
lost_\n:
    li      a0, \n
    j       out
.endm

    .globl  hal_regs_hold
hal_regs_hold:
    addi    sp, sp, -(CONTEXT_SIZE + 16)
    sd      ra, CONTEXT_ra(sp)
    sd      s0, CONTEXT_s0(sp)
    sd      s1, CONTEXT_s1(sp)
    sd      s2, CONTEXT_s2(sp)
    sd      s3, CONTEXT_s3(sp)
    sd      s4, CONTEXT_s4(sp)
    sd      s5, CONTEXT_s5(sp)
    sd      s6, CONTEXT_s6(sp)
    sd      s7, CONTEXT_s7(sp)
    sd      s8, CONTEXT_s8(sp)
    sd      s9, CONTEXT_s9(sp)
    sd      s10, CONTEXT_s10(sp)
    sd      s11, CONTEXT_s11(sp)
    sd      gp, CONTEXT_SIZE(sp)
    sd      a0, CONTEXT_SIZE + 8(sp)
    mv      t6, a1
    each    fill
1:  addi    t6, t6, -1
    bnez    t6, 1b
    ld      t6, CONTEXT_SIZE + 8(sp)
    bne     a0, t6, lost_10
    each    check
    li      a0, 0
out:
    ld      ra, CONTEXT_ra(sp)
    ld      s0, CONTEXT_s0(sp)
    ld      s1, CONTEXT_s1(sp)
    ld      s2, CONTEXT_s2(sp)
    ld      s3, CONTEXT_s3(sp)
    ld      s4, CONTEXT_s4(sp)
    ld      s5, CONTEXT_s5(sp)
    ld      s6, CONTEXT_s6(sp)
    ld      s7, CONTEXT_s7(sp)
    ld      s8, CONTEXT_s8(sp)
    ld      s9, CONTEXT_s9(sp)
    ld      s10, CONTEXT_s10(sp)
    ld      s11, CONTEXT_s11(sp)
    ld      gp, CONTEXT_SIZE(sp)
    addi    sp, sp, CONTEXT_SIZE + 16
    ret
    each    lost
    lost    a0, 10

/* hal_regs_illegal(): the instruction of 16 zero bits is defined to be illegal (Unprivileged ISA 1.5). */
    .globl  hal_regs_illegal
hal_regs_illegal:
    .half   0
    ret
