/*
 * switch.S - from one kernel stack to another.
 *
 * Only what the calling convention makes the callee save; the caller has saved the rest.
 */
#include <arch/offsets.h>

#if CONTEXT_x19 != 0
#error "the first pair moves sp, so it has to lie lowest"
#endif

    .section .text

/* hal_context_switch(x0: where to save sp, x1: sp to load). irqs off. */
    .globl  hal_context_switch
hal_context_switch:
    stp     x19, x20, [sp, #-CONTEXT_SIZE]!
    stp     x21, x22, [sp, #CONTEXT_x21]
    stp     x23, x24, [sp, #CONTEXT_x23]
    stp     x25, x26, [sp, #CONTEXT_x25]
    stp     x27, x28, [sp, #CONTEXT_x27]
    stp     x29, x30, [sp, #CONTEXT_x29]
    mov     x2, sp
    str     x2, [x0]
    mov     sp, x1                              /* from here on we are the other thread */
    ldp     x21, x22, [sp, #CONTEXT_x21]
    ldp     x23, x24, [sp, #CONTEXT_x23]
    ldp     x25, x26, [sp, #CONTEXT_x25]
    ldp     x27, x28, [sp, #CONTEXT_x27]
    ldp     x29, x30, [sp, #CONTEXT_x29]
    ldp     x19, x20, [sp], #CONTEXT_SIZE
    ret

/* Where the first switch to a new thread returns to: x19 = fn, x20 = arg. fn does not return. */
    .globl  arm64_thread_entry
arm64_thread_entry:
    mov     x0, x20
    blr     x19
