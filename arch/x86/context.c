/* context.c - the stack of a thread that has not run yet. */
#include <arch/context.h>
#include <arch/x86.h>
#include <hal/context.h>

uintptr_t hal_context_init(void *stack_top, void (*fn)(void *), void *arg)
{
    struct context *c = (struct context *)stack_top - 1;
    *c = (struct context){
        .eip = (uintptr_t)x86_thread_entry,
        .ebx = (uintptr_t)fn,
        .esi = (uintptr_t)arg,
    }; /* ebp, the frame pointer, is 0: backtraces end here */
    return (uintptr_t)c;
}
