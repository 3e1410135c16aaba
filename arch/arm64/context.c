/* context.c - the stack of a thread that has not run yet. */
#include <arch/arm64.h>
#include <arch/context.h>
#include <hal/context.h>

uintptr_t hal_context_init(void *stack_top, void (*fn)(void *), void *arg)
{
    struct context *c = (struct context *)stack_top - 1;
    *c = (struct context){
        .x30 = (uintptr_t)arm64_thread_entry,
        .x19 = (uintptr_t)fn,
        .x20 = (uintptr_t)arg,
    }; /* x29, the frame pointer, is 0: backtraces end here */
    return (uintptr_t)c;
}
