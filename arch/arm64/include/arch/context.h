/*
 * arch/context.h - what lies on the stack of a thread that does not run, from low to high (switch.S,
 * context.c); the inlines of hal/context.h.
 */
#pragma once
#include <stdint.h>

struct context {
    unsigned long x19, x20, x21, x22, x23, x24, x25, x26, x27, x28;
    unsigned long x29, x30; /* frame pointer, return address */
};

_Static_assert(sizeof(struct context) % 16 == 0, "the stack stays 16-byte aligned");

static inline uintptr_t hal_context_restart(void *stack_top, void (*fn)(void))
{
    struct context *c = (struct context *)stack_top - 1;
    c->x29 = 0; /* the frame pointer: backtraces end here */
    c->x30 = (uintptr_t)fn;
    return (uintptr_t)c;
}

static inline _Noreturn void hal_context_leave(void *stack_top, void (*fn)(void *), void *arg)
{
    register void *x0 __asm__("x0") = arg;
    __asm__ volatile("mov sp, %0\n\tmov x29, xzr\n\tbr %1" : : "r"(stack_top), "r"(fn), "r"(x0) : "memory");
    __builtin_unreachable();
}
