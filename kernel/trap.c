/*
 * trap.c - every trap ends here: interrupts are handled, faults of the kernel are the end.
 *
 * A thread is preempted here and nowhere else, at the end of an interrupt.
 */
#include <kernel/entry.h>
#include <kernel/irq.h>
#include <kernel/panic.h>
#include <kernel/sched.h>
#include <kernel/trace.h>

static _Noreturn __attribute__((noinline)) void fault(struct hal_frame *f, const struct trap_info *t)
{
    if (!t->emergency)
        trace(TRACE_FAULT, current()->pid, t->addr, hal_frame_pc(f));
    panic_trap(f, t);
}

void trap_dispatch(struct hal_frame *f, const struct trap_info *t)
{
    if (t->kind != TRAP_IRQ || t->emergency)
        fault(f, t);
    irq_dispatch();
    if (atomic_load_explicit(&this_cpu()->rq.need_resched, memory_order_relaxed))
        sched_preempt();
}
