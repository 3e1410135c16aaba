/*
 * hal/context.h - one kernel stack to another.   port: context.c, arch/context.h, switch.{asm,S}
 *
 * A suspended thread leaves the core one word, its stack pointer. Its callee-saved registers lie on its own
 * stack, in a layout that only the port knows.
 */
#pragma once
#include <stdint.h>

/*
 * Any context. Writes below stack_top (16-byte aligned) what the first switch will pop, and returns the stack
 * pointer to switch to. fn(arg) then runs with irqs off and must not return.
 */
uintptr_t hal_context_init(void *stack_top, void (*fn)(void *), void *arg);

/*
 * irqs off, run-queue lock held. Saves this thread's registers on its stack and its sp in *save_sp, loads the
 * other's sp and registers, and returns there. It comes back here when somebody switches to *save_sp.
 */
void hal_context_switch(uintptr_t *save_sp, uintptr_t load_sp);

/*
 * For threads whose stack holds nothing that is needed again: only what they do next is known.
 *
 * irqs off, run-queue lock held. As hal_context_init(), in a few steps: fn has no argument. Nobody stands on
 * that stack.
 */
static inline uintptr_t hal_context_restart(void *stack_top, void (*fn)(void));
/*
 * irqs off. Goes on with fn(arg), which must not return, on the stack that ends at stack_top. Nothing comes
 * back to this one.
 */
static inline _Noreturn void hal_context_leave(void *stack_top, void (*fn)(void *), void *arg);

#include <arch/context.h>
