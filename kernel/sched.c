/*
 * sched.c - the mechanism of switching: yield, preempt, sleep, wake.
 *
 * The run-queue lock is held across hal_context_switch(): whoever goes takes it, whoever comes lets it go. A
 * thread comes back either behind its own sched_switch_to() or, the first time, at the top of its life in
 * proc_life.c; by then perhaps on another CPU: sched_cpu_after_switch(). A thread that waits for a message
 * may have no stack to come back to: then it comes out of endpoint_short.c.
 */
#include <hal/context.h>
#include <hal/timer.h>
#include <kernel/clock.h>
#include <kernel/kassert.h>
#include <kernel/sched.h>
#include <kernel/sched_place.h>
#include <kernel/sched_policy.h>
#include <kernel/sched_short.h>
#include <kernel/smp.h>
#include <kernel/trace.h>
#include <kernel/user_load.h>
#include <lib/util.h>

/* Out of the way, which would have to save more registers for them even while nothing is recorded. */
static __attribute__((noinline)) void record_switch(const struct runq *rq, const struct proc *prev,
                                                    const struct proc *next)
{
    trace_at(rq->switched, TRACE_SWITCH, next->pid, (unsigned long)prev->pid, prev->state);
}

static __attribute__((noinline)) void record_wake(const struct proc *p, const struct cpu *to)
{
    trace(TRACE_WAKE, p->pid, to->index, (unsigned long)current()->pid);
}

static __attribute__((noinline)) void record_sleep(const struct proc *p)
{
    trace(TRACE_SLEEP, p->pid, 0, 0);
}

/*
 * The same from and to anywhere. While processes share the CPU the alarm is set for the end of the turn or
 * before; who comes from elsewhere has to see to that.
 */
static inline void resched_to(struct runq *rq, struct proc *prev, struct proc *next)
{
    atomic_store_explicit(&rq->need_resched, false, memory_order_relaxed);
    if (__builtin_expect(rq->loaded != NULL, 0))
        user_save(rq);
    if (rq->is_fair)
        rq->fair.turn_end = rq->switched + sched_quantum;
    if (rq->lone && atomic_load_explicit(&rq->nrunning, memory_order_relaxed) > 1)
        sched_share(next->cpu);
    if (trace_is_on())
        record_switch(rq, prev, next);
    sched_switch_to(rq, prev, next);
}

/* irqs off; on return they are on. served: the ticket of the run queue has had its turn in spin_draw(). */
static void __attribute__((noinline))
yield_the_long_way(struct runq *rq, struct proc *p, unsigned ticket, bool served)
{
    if (!served)
        spin_wait(&rq->lock, ticket);
    if (policy_contended(rq, p)) {
        sched_account(rq, p, hal_timer_now());
        if (rq->is_fair)
            sched_fair_put(rq, p, true);
        else
            sched_rr_leave(rq, p, true);
        struct proc *next = policy_pick(rq);
        if (next != p) {
            proc_set_state_from(p, PROC_RUNNING, PROC_READY);
            resched_to(rq, p, next);
        }
    }
    spin_unlock_raw(&sched_cpu_after_switch()->rq.lock);
    hal_irq_enable();
}

/*
 * Giving the turn to an equal is the short way: the alarm is set, since we shared the CPU. Should a higher
 * priority have become READY, then its interrupt is pending and comes when hal_irq_enable() lets it.
 */
void sched_yield(void)
{
    if (CONFIG_DEBUG) {
        KASSERT(hal_irq_enabled());
        spin_debug_none_held("sched_yield()");
        KASSERT(current()->user == NULL || this_cpu()->rq.loaded == NULL);
    }
    hal_irq_disable();
    const struct kstack_top *top = kstack_top(stack_here());
    struct proc *p = top->proc;
    struct runq *rq = &top->cpu->rq;
    unsigned ticket;
    bool served = spin_draw(&rq->lock, &ticket);
    if (__builtin_expect(!served || rq->long_way, 0)) {
        yield_the_long_way(rq, p, ticket, served);
        return;
    }
    struct proc *next = sched_rr_next(p);
    if (next != p) {
        uint64_t now = hal_timer_now();
        proc_set_state_from(p, PROC_RUNNING, PROC_READY);
        p->run_ticks += now - rq->switched;
        rq->switched = now;
        sched_switch_to(rq, p, next);
    }
    spin_unlock_raw(&sched_cpu_after_switch()->rq.lock);
    hal_irq_enable();
}

void sched_go(struct runq *rq, struct proc *prev, struct proc *next)
{
    resched_to(rq, prev, next);
    spin_unlock_raw(&sched_cpu_after_switch()->rq.lock);
}

/* irqs off, run-queue lock held; p, which runs, is not READY any more. The lock is let go, on any CPU. */
static inline void leave(struct runq *rq, struct proc *p)
{
    sched_account(rq, p, hal_timer_now());
    policy_end(rq, p);
    sched_count(rq, -1);
    resched_to(rq, p, policy_pick(rq));
    spin_unlock_raw(&sched_cpu_after_switch()->rq.lock);
}

/*
 * irqs off. p runs where it may not any more, and nobody can take it away while it stands on its stack. So it
 * sleeps, with an alarm that is due at once. Somebody else may wake it first, and this may be between its
 * look at a condition and its own sleep: it keeps the wake-up.
 */
static void move_away(struct proc *p)
{
    struct timeout t;
    clock_wake_at(&t, 0);
    struct runq *rq = sched_lock_of(p);
    proc_set_state(p, PROC_SLEEPING);
    leave(rq, p);
    timeout_cancel(&t);
    rq = sched_lock_of(p);
    p->woken = true;
    spin_unlock_raw(&rq->lock);
}

void sched_preempt(void)
{
    struct proc *p = current();
    struct cpu *cpu = p->cpu;
    struct runq *rq = &cpu->rq;
    spin_lock_raw(&rq->lock);
    if ((p->affinity & cpu->bit) == 0) {
        spin_unlock_raw(&rq->lock);
        move_away(p);
        return;
    }
    uint64_t now = hal_timer_now();
    /* Who gives way to a higher priority keeps its turn among its equals. */
    bool over = p != rq->idle && now >= policy_turn_end(rq);
    if (over || rq->is_fair)
        sched_account(rq, p, now);
    policy_put(rq, p, over);
    struct proc *next = policy_pick(rq);
    if (next != p) {
        if (!over && !rq->is_fair)
            sched_account(rq, p, now);
        proc_set_state(p, PROC_READY);
        resched_to(rq, p, next);
        rq = &sched_cpu_after_switch()->rq;
    } else {
        atomic_store_explicit(&rq->need_resched, false, memory_order_relaxed);
        if (over && rq->is_fair)
            rq->fair.turn_end = now + sched_quantum;
    }
    spin_unlock_raw(&rq->lock);
}

/* Run-queue lock held. cpu looks at its run queue at once, or sets the alarm for the end of the turn. */
static void notify(struct cpu *cpu, bool at_once)
{
    if (cpu != this_cpu())
        smp_call(cpu);
    else if (at_once)
        clock_alarm_by(cpu, 0);
    else
        sched_share(cpu);
}

/* Run-queue lock held. cpu has p to do from now on: does it have to look at once, or at the end of a turn? */
static inline void arrive(struct cpu *cpu, struct proc *p)
{
    struct runq *rq = &cpu->rq;
    bool is_idle = rq->current == rq->idle;
    if (is_idle)
        sched_place_busy(cpu);
    else if (rq->is_fair)
        sched_account(rq, rq->current, hal_timer_now()); /* first: p's place depends on it */
    sched_count(rq, +1);
    policy_add(rq, p);
    if (is_idle || policy_preempts(rq, p)) {
        /* Here it is seen at the end of this interrupt, or by idle itself; or else a trap has to come. */
        atomic_store_explicit(&rq->need_resched, true, memory_order_relaxed);
        if (cpu != this_cpu() || (cpu->irq_depth == 0 && !is_idle))
            notify(cpu, true);
        return;
    }
    if (rq->lone)
        notify(cpu, false); /* the first to share; as long as somebody does, the alarm is set */
    sched_offer(p);
}

void sched_arrive(struct cpu *cpu, struct proc *p)
{
    arrive(cpu, p);
}

struct runq *sched_lock_of(struct proc *p)
{
    for (;;) {
        struct cpu *cpu = p->cpu;
        spin_lock_raw(&cpu->rq.lock);
        if (p->cpu == cpu)
            return &cpu->rq;
        spin_unlock_raw(&cpu->rq.lock); /* it moved meanwhile */
    }
}

void sched_start(struct proc *p)
{
    unsigned long s = hal_irq_save();
    struct cpu *to = smp_online() == 1 ? p->cpu : sched_place_elsewhere(p);
    p->vruntime = current()->vruntime;
    struct cpu *from = sched_lock_pair(p, to);
    /* It begins where its parent stands, but has no sleeper's bonus, even if the parent had one. */
    p->vruntime = max_u64(p->vruntime, from->rq.fair.least);
    if (from != to)
        sched_change_cpu(p, to);
    else
        p->came = to->rq.switched;
    if (trace_is_on())
        record_wake(p, to);
    proc_set_state_from(p, PROC_NEW, PROC_READY);
    arrive(to, p);
    sched_unlock_pair(from, to);
    hal_irq_restore(s);
}

void sched_prepare(void)
{
    unsigned long s = hal_irq_save();
    struct proc *p = current();
    struct runq *rq = &p->cpu->rq;
    spin_lock_raw(&rq->lock);
    p->woken = false;
    spin_unlock(&rq->lock, s);
}

void __attribute__((noinline))
sched_sleep_the_long_way(struct runq *rq, struct proc *p, unsigned ticket, bool served)
{
    if (!served)
        spin_wait(&rq->lock, ticket);
    if (p->woken) {
        p->woken = false;
        spin_unlock_raw(&rq->lock);
    } else {
        if (trace_is_on())
            record_sleep(p);
        proc_set_state_from(p, PROC_RUNNING, PROC_SLEEPING);
        leave(rq, p);
    }
}

void sched_sleep(void)
{
    unsigned long s = hal_irq_save();
    const struct kstack_top *top = kstack_top(stack_here());
    sched_sleep_short(&top->cpu->rq, top->proc);
    hal_irq_restore(s);
}

void __attribute__((noinline)) sched_wake_the_long_way(struct proc *p, unsigned ticket, bool served)
{
    struct runq *rq = &this_cpu()->rq;
    if (!served)
        spin_wait(&rq->lock, ticket);
    spin_unlock_raw(&rq->lock);
    struct cpu *to = sched_place(p);
    struct cpu *from = sched_lock_pair(p, to);
    if (p->state == PROC_SLEEPING) {
        if (from != to)
            sched_change_cpu(p, to);
        if (trace_is_on())
            record_wake(p, to);
        proc_set_state_from(p, PROC_SLEEPING, PROC_READY);
        arrive(to, p);
    } else {
        p->woken = true;
    }
    sched_unlock_pair(from, to);
}

void sched_wake(struct proc *p)
{
    unsigned long s = hal_irq_save();
    unsigned ticket;
    bool served;
    if (!sched_wake_short(p, &ticket, &served))
        sched_wake_the_long_way(p, ticket, served);
    hal_irq_restore(s);
}

_Noreturn void sched_exit(void)
{
    struct proc *p = current();
    leave(&p->cpu->rq, p);
    panic("%s (PID %d) came back from the dead", p->name, p->pid);
}
