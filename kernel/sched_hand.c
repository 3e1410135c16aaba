/*
 * sched_hand.c - the CPU handed to a partner: waking somebody and going to sleep, in one step. What is not
 * as usual: a partner that slept elsewhere, sched=fair, the event log.
 *
 * Who sends a message and waits for the answer has nothing to do until its partner has run, so the partner
 * runs at once, here: no look at other CPUs, no turn, no interrupt. But only if nobody else wants this CPU.
 * Else two who talk would keep it for themselves, and they go the usual way, through the run queue.
 */
#include <hal/timer.h>
#include <kernel/sched_policy.h>
#include <kernel/sched_short.h>

/* A partner that slept elsewhere comes here: the two of them are never at work at the same time. */
bool sched_may_take_over(struct cpu *cpu, struct proc *p, struct proc *to)
{
    struct cpu *from = sched_lock_pair(to, cpu);
    bool alone = atomic_load_explicit(&cpu->rq.nrunning, memory_order_relaxed) == 1;
    if (!alone || p->woken || to->state != PROC_SLEEPING || (to->affinity & cpu->bit) == 0) {
        sched_unlock_pair(from, cpu);
        return false;
    }
    if (from != cpu) {
        sched_change_cpu(to, cpu);
        spin_unlock_raw(&from->rq.lock);
    }
    return true;
}

void sched_hand_over_the_long_way(struct runq *rq, struct proc *p, struct proc *to)
{
    if (trace_is_on()) {
        trace(TRACE_WAKE, to->pid, p->cpu->index, (unsigned long)p->pid);
        trace(TRACE_SLEEP, p->pid, 0, 0);
    }
    sched_account(rq, p, hal_timer_now());
    proc_set_state_from(p, PROC_RUNNING, PROC_SLEEPING);
    policy_end(rq, p);
    proc_set_state_from(to, PROC_SLEEPING, PROC_READY);
    policy_add(rq, to);
    sched_go(rq, p, policy_pick(rq)); /* it is `to`, which leaves the queue again */
}
