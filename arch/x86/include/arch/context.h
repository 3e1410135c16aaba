/*
 * arch/context.h - what lies on the stack of a thread that does not run, from low to high (switch.asm,
 * context.c); the inlines of hal/context.h.
 */
#pragma once
#include <stdint.h>

struct context {
    unsigned long ebp, edi, esi, ebx;
    unsigned long eip; /* where the switch returns to */
};

static inline uintptr_t hal_context_restart(void *stack_top, void (*fn)(void))
{
    unsigned long *caller = (unsigned long *)stack_top - 1; /* fn finds a return address there: */
    struct context *c = (struct context *)caller - 1;
    *caller = 0;
    c->ebp = 0; /* and a frame pointer: backtraces end here */
    c->eip = (uintptr_t)fn;
    return (uintptr_t)c;
}

static inline _Noreturn void hal_context_leave(void *stack_top, void (*fn)(void *), void *arg)
{
    __asm__ volatile("mov %0, %%esp\n\txor %%ebp, %%ebp\n\tcall *%1"
                     :
                     : "r"(stack_top), "r"(fn), "a"(arg)
                     : "memory");
    __builtin_unreachable();
}
