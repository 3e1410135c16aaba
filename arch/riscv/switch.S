/*
 * switch.S - from one kernel stack to another.
 *
 * Only what the calling convention makes the callee save; the caller has saved the rest.
 */
#include <arch/offsets.h>

    .section .text

/* hal_context_switch(a0: where to save sp, a1: sp to load). irqs off. */
    .globl  hal_context_switch
hal_context_switch:
    addi    sp, sp, -CONTEXT_SIZE
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
    sd      sp, (a0)
    mv      sp, a1                              /* from here on we are the other thread */
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
    addi    sp, sp, CONTEXT_SIZE
    ret

/* Where the first switch to a new thread returns to: s1 = fn, s2 = arg. fn does not return. */
    .globl  riscv_thread_entry
riscv_thread_entry:
    mv      a0, s2
    jalr    s1
