/*
 * arch/context.h - what lies on the stack of a thread that does not run, from low to high (switch.S,
 * context.c); the inlines of hal/context.h.
 */
#pragma once
#include <stdint.h>

struct context {
    unsigned long ra;
    unsigned long s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11;
    unsigned long unused; /* the stack stays 16-byte aligned */
};

static inline uintptr_t hal_context_restart(void *stack_top, void (*fn)(void))
{
    struct context *c = (struct context *)stack_top - 1;
    c->ra = (uintptr_t)fn;
    c->s0 = 0; /* the frame pointer: backtraces end here */
    return (uintptr_t)c;
}

static inline _Noreturn void hal_context_leave(void *stack_top, void (*fn)(void *), void *arg)
{
    register void *a0 __asm__("a0") = arg;
    __asm__ volatile("mv sp, %0\n\tli s0, 0\n\tjr %1" : : "r"(stack_top), "r"(fn), "r"(a0) : "memory");
    __builtin_unreachable();
}
