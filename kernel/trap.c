/*
 * trap.c - every trap ends here: those of programs go to user.c, interrupts are handled, faults of the kernel
 * are the end.
 *
 * A thread is preempted at the end of a trap, and nowhere else.
 */
#include <kernel/entry.h>
#include <kernel/irq.h>
#include <kernel/panic.h>
#include <kernel/sched.h>
#include <kernel/trace.h>
#include <kernel/user.h>

static _Noreturn __attribute__((noinline)) void fault(struct hal_frame *f, const struct trap_info *t)
{
    if (!t->emergency)
        trace(TRACE_FAULT, current()->pid, t->addr, hal_frame_pc(f));
    panic_trap(f, t);
}

void trap_dispatch(struct hal_frame *f, const struct trap_info *t)
{
    if (t->from_user) {
        user_trap(f, t);
        return;
    }
    if (t->kind != TRAP_IRQ || t->emergency)
        fault(f, t);
    irq_dispatch();
    if (atomic_load_explicit(&this_cpu()->rq.need_resched, memory_order_relaxed))
        sched_preempt();
}
