/* context.c - the stack of a thread that has not run yet. */
#include <arch/context.h>
#include <arch/riscv.h>
#include <hal/context.h>

uintptr_t hal_context_init(void *stack_top, void (*fn)(void *), void *arg)
{
    struct context *c = (struct context *)stack_top - 1;
    *c = (struct context){
        .ra = (uintptr_t)riscv_thread_entry,
        .s1 = (uintptr_t)fn,
        .s2 = (uintptr_t)arg,
    }; /* s0, the frame pointer, is 0: backtraces end here */
    return (uintptr_t)c;
}
