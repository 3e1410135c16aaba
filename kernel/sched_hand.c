/*
 * sched_hand.c - the CPU handed to a partner: waking somebody and going to sleep, in one step.
 *
 * Who sends a message and waits for the answer has nothing to do until its partner has run, so the partner
 * runs at once, here: no look at other CPUs, no turn, no interrupt. But only if nobody else wants this CPU.
 * Else two who talk would keep it for themselves, and they go the usual way, through the run queue.
 */
#include <hal/timer.h>
#include <kernel/sched.h>
#include <kernel/sched_place.h>
#include <kernel/sched_policy.h>
#include <kernel/trace.h>

static bool is_alone(const struct cpu *cpu)
{
    return atomic_load_explicit(&cpu->rq.nrunning, memory_order_relaxed) == 1;
}

/* A partner that slept elsewhere comes here: the two of them are never at work at the same time. */
bool sched_may_hand_over(struct proc *to)
{
    struct proc *p = current();
    struct cpu *cpu = p->cpu;
    if (!is_alone(cpu))
        return false;
    struct cpu *from = sched_lock_pair(to, cpu);
    if (!is_alone(cpu) || p->woken || to->state != PROC_SLEEPING || (to->affinity & cpu->bit) == 0) {
        sched_unlock_pair(from, cpu);
        return false;
    }
    if (from != cpu) {
        sched_change_cpu(to, cpu);
        spin_unlock_raw(&from->rq.lock);
    }
    return true;
}

/* Away from the straight way, as in sched.c. */
static __attribute__((noinline)) void record(const struct proc *p, const struct proc *to)
{
    trace(TRACE_WAKE, to->pid, p->cpu->index, (unsigned long)p->pid);
    trace(TRACE_SLEEP, p->pid, 0, 0);
}

void sched_hand_over(struct proc *to)
{
    struct proc *p = current();
    struct runq *rq = &p->cpu->rq;
    if (trace_is_on())
        record(p, to);
    sched_account(rq, p, hal_timer_now());
    proc_set_state_from(p, PROC_RUNNING, PROC_SLEEPING);
    policy_end(rq, p);
    proc_set_state_from(to, PROC_SLEEPING, PROC_READY);
    policy_add(rq, to);
    sched_go(rq, p, policy_pick(rq)); /* it is `to`, which leaves the queue again */
}
