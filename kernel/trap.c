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

void trap_dispatch(struct hal_frame *f, const struct trap_info *t)
{
    if (t->kind != TRAP_IRQ && !t->emergency && trace_is_on())
        trace(TRACE_FAULT, current()->pid, t->addr, hal_frame_pc(f));
    if (t->kind != TRAP_IRQ || t->emergency)
        panic_trap(f, t);
    irq_dispatch();
    if (this_cpu()->rq.need_resched)
        sched_preempt();
}
