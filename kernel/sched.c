/*
 * sched.c - the mechanism of switching: yield, preempt, sleep, wake, idle.
 *
 * The run-queue lock is held across hal_context_switch(): whoever goes takes it, whoever comes lets it go. A
 * thread comes back either behind its own call of switch_to() or, the first time, at the top of its life in
 * proc.c.
 */
#include <hal/context.h>
#include <hal/timer.h>
#include <kernel/clock.h>
#include <kernel/kassert.h>
#include <kernel/sched.h>
#include <kernel/sched_rr.h>

struct cpu cpus[MAX_CPUS];

static bool started;
static uint64_t quantum; /* counter ticks */

void sched_init(struct proc *idle, unsigned quantum_ms)
{
    sched_init_cpu(idle->cpu, idle);
    quantum = clock_ticks_from_ms(quantum_ms);
    started = true;
}

void sched_init_cpu(struct cpu *cpu, struct proc *idle)
{
    spin_init(&cpu->rq.lock, "run queue", RANK_RUNQ);
    cpu->rq.idle = idle;
    cpu->rq.current = idle;
    cpu->rq.switched = hal_timer_now();
    cpu->alarm = UINT64_MAX;
    timeouts_init(&cpu->timeouts);
}

void sched_called(struct cpu *cpu)
{
    (void)cpu;
}

bool sched_started(void)
{
    return started;
}

/*
 * Run-queue lock held. When the turn of the running process is over: of interest only if an equal waits for
 * it.
 */
static inline uint64_t quantum_end(const struct runq *rq)
{
    return rq->switched + quantum;
}

/*
 * Run-queue lock held; prev is no longer RUNNING. Returns when somebody has switched back to prev, by then
 * perhaps on another CPU, whose run-queue lock is held.
 */
static inline void switch_to(struct runq *rq, struct proc *prev, struct proc *next)
{
    uint64_t now = hal_timer_now();
    prev->run_ticks += now - rq->switched;
    rq->switched = now;
    rq->current = next;
    uintptr_t sp = next->sp;
    next->switches++;
    proc_set_state(next, PROC_RUNNING);
    hal_context_switch(&prev->sp, sp);
}

/*
 * The same from and to anywhere. While equals share the CPU the alarm is set for the end of the turn or
 * before; who comes from elsewhere has to see to that.
 */
static void resched_to(struct runq *rq, struct proc *prev, struct proc *next)
{
    rq->need_resched = false;
    if (sched_rr_contended(next))
        clock_alarm_by(next->cpu, hal_timer_now() + quantum);
    switch_to(rq, prev, next);
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
    }
    hal_irq_disable();
    struct proc *p = current();
    struct runq *rq = &p->cpu->rq;
    spin_lock_raw(&rq->lock);
    struct proc *next = sched_rr_next(p);
    if (next != p) {
        proc_set_state(p, PROC_READY);
        switch_to(rq, p, next);
        rq = &p->cpu->rq;
    }
    spin_unlock_raw(&rq->lock);
    hal_irq_enable();
}

void sched_preempt(void)
{
    struct proc *p = current();
    struct runq *rq = &p->cpu->rq;
    spin_lock_raw(&rq->lock);
    /* Who gives way to a higher priority keeps its turn among its equals. */
    bool turn_over = p != rq->idle && hal_timer_now() >= quantum_end(rq);
    sched_rr_leave(rq, p, turn_over);
    struct proc *next = sched_rr_pick(rq);
    if (next != p) {
        proc_set_state(p, PROC_READY);
        resched_to(rq, p, next);
        rq = &p->cpu->rq;
    } else {
        uint64_t now = hal_timer_now();
        p->run_ticks += now - rq->switched;
        rq->switched = now;
        rq->need_resched = false;
    }
    spin_unlock_raw(&rq->lock);
}

/*
 * Run-queue lock held. p has just become READY: does it go before the one that runs, or share the CPU with
 * it?
 */
static void ready(struct cpu *cpu, struct proc *p)
{
    struct runq *rq = &cpu->rq;
    proc_set_state(p, PROC_READY);
    sched_rr_add(rq, p);
    if (rq->current == rq->idle || p->prio > rq->current->prio) {
        rq->need_resched = true;
        if (cpu->irq_depth == 0)
            clock_alarm_by(cpu, 0); /* the trap, at whose end this CPU turns to p, comes when irqs go on */
    } else if (p->prio == rq->current->prio) {
        clock_alarm_by(cpu, quantum_end(rq));
    }
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

void sched_set_affinity(struct proc *p, uint32_t mask)
{
    unsigned long s = hal_irq_save();
    struct runq *rq = sched_lock_of(p);
    p->affinity = mask;
    spin_unlock(&rq->lock, s);
}

void sched_set_nice(struct proc *p, int nice)
{
    unsigned long s = hal_irq_save();
    struct runq *rq = sched_lock_of(p);
    p->nice = nice;
    spin_unlock(&rq->lock, s);
}

void sched_start(struct proc *p)
{
    unsigned long s = spin_lock(&p->cpu->rq.lock);
    ready(p->cpu, p);
    spin_unlock(&p->cpu->rq.lock, s);
}

void sched_prepare(void)
{
    unsigned long s = hal_irq_save();
    struct proc *p = current();
    spin_lock_raw(&p->cpu->rq.lock);
    p->woken = false;
    spin_unlock(&p->cpu->rq.lock, s);
}

void sched_sleep(void)
{
    unsigned long s = hal_irq_save();
    struct proc *p = current();
    struct runq *rq = &p->cpu->rq;
    KASSERT(p != rq->idle && p->cpu->irq_depth == 0);
    if (CONFIG_DEBUG)
        spin_debug_none_held("sched_sleep()");
    spin_lock_raw(&rq->lock);
    if (p->woken) {
        p->woken = false;
    } else {
        proc_set_state(p, PROC_SLEEPING);
        sched_rr_remove(rq, p);
        resched_to(rq, p, sched_rr_pick(rq));
        rq = &p->cpu->rq;
    }
    spin_unlock_raw(&rq->lock);
    hal_irq_restore(s);
}

void sched_wake(struct proc *p)
{
    unsigned long s = hal_irq_save();
    struct cpu *cpu = p->cpu;
    spin_lock_raw(&cpu->rq.lock);
    if (p->state == PROC_SLEEPING)
        ready(cpu, p);
    else
        p->woken = true;
    spin_unlock(&cpu->rq.lock, s);
}

_Noreturn void sched_exit(void)
{
    struct proc *p = current();
    struct runq *rq = &p->cpu->rq;
    sched_rr_remove(rq, p);
    resched_to(rq, p, sched_rr_pick(rq));
    panic("%s (PID %d) came back from the dead", p->name, p->pid);
}

_Noreturn void sched_idle(void)
{
    for (;;) {
        unsigned long s = hal_irq_save();
        if (!this_cpu()->rq.need_resched)
            hal_cpu_idle();
        hal_irq_restore(s); /* an interrupt not yet taken is taken here; at its end idle gives way */
    }
}

uint64_t sched_tick(struct cpu *cpu, uint64_t now)
{
    struct runq *rq = &cpu->rq;
    uint64_t next = UINT64_MAX;
    spin_lock_raw(&rq->lock);
    if (sched_rr_contended(rq->current)) {
        if (now >= quantum_end(rq))
            rq->need_resched = true;
        else
            next = quantum_end(rq);
    }
    spin_unlock_raw(&rq->lock);
    return next;
}
