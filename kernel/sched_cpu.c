/*
 * sched_cpu.c - the run queues of all CPUs: their beginning, the tick, the call from another CPU, idle.
 */
#include <hal/timer.h>
#include <kernel/clock.h>
#include <kernel/sched.h>
#include <kernel/sched_place.h>
#include <kernel/sched_policy.h>
#include <kernel/smp.h>
#include <lib/string.h>

struct cpu cpus[MAX_CPUS];

static bool fair;
uint64_t sched_quantum;
static bool started;
static bool watched;

bool sched_init(struct proc *idle, unsigned quantum_ms, const char *policy)
{
    sched_quantum = clock_ticks_from_ms(quantum_ms);
    fair = strcmp(policy, "fair") == 0;
    if (fair)
        sched_fair_init(sched_quantum);
    sched_init_cpu(idle->cpu, idle);
    started = true;
    return fair || strcmp(policy, "rr") == 0;
}

bool sched_started(void)
{
    return started;
}

const char *sched_policy_name(void)
{
    return fair ? "fair" : "rr";
}

/* Run-queue lock held, or nobody knows the run queue yet. */
static void set_ways(struct runq *rq, bool lone)
{
    rq->lone = lone;
    rq->long_way = fair || watched;
    rq->long_wake = rq->lone || rq->long_way;
}

void sched_init_cpu(struct cpu *cpu, struct proc *idle)
{
    struct runq *rq = &cpu->rq;
    spin_init(&rq->lock, "run queue", RANK_RUNQ);
    rq->idle = idle;
    rq->current = idle;
    rq->began = hal_timer_now();
    rq->switched = rq->began;
    rq->is_fair = fair;
    set_ways(rq, true);
    sched_fair_init_queue(&rq->fair);
    cpu->alarm = UINT64_MAX;
    timeouts_init(&cpu->timeouts);
}

void sched_watch(bool on)
{
    watched = on;
    for (unsigned i = 0; i < MAX_CPUS; i++) {
        struct runq *rq = &cpus[i].rq;
        if (rq->idle == NULL)
            continue; /* sched_init_cpu() sets it */
        unsigned long s = spin_lock(&rq->lock);
        set_ways(rq, rq->lone);
        spin_unlock(&rq->lock, s);
    }
}

_Noreturn void sched_idle(void)
{
    for (;;) {
        unsigned long s = hal_irq_save();
        struct cpu *cpu = this_cpu();
        sched_pull(cpu);
        if (atomic_load_explicit(&cpu->rq.need_resched, memory_order_relaxed)) {
            sched_place_busy(cpu); /* what came before sched_pull() has been forgotten there */
            sched_preempt();
        } else {
            hal_cpu_idle();
        }
        hal_irq_restore(s); /* an interrupt not yet taken is taken here; at its end idle gives way */
    }
}

/*
 * Who brings a second process here finds, under the lock, that the CPU is `lone`, and sees to the alarm; or
 * that it is not, and then the tick comes once more.
 */
uint64_t sched_tick(struct cpu *cpu, uint64_t now)
{
    struct runq *rq = &cpu->rq;
    if (rq->lone)
        return UINT64_MAX;
    spin_lock_raw(&rq->lock);
    set_ways(rq, atomic_load_explicit(&rq->nrunning, memory_order_relaxed) < 2);
    uint64_t next = policy_turn_end(rq);
    if (now >= next) {
        next = now + sched_quantum;
        if (policy_contended(rq, rq->current))
            atomic_store_explicit(&rq->need_resched, true, memory_order_relaxed);
    }
    spin_unlock_raw(&rq->lock);
    if (rq->lone)
        return UINT64_MAX;
    sched_push(cpu, now);
    return next;
}

/* A turn never ends earlier than it was to end: once set, the alarm is good until it rings. */
void sched_share(struct cpu *cpu)
{
    set_ways(&cpu->rq, false);
    clock_alarm_by(cpu, policy_turn_end(&cpu->rq));
}

void sched_called(struct cpu *cpu)
{
    struct runq *rq = &cpu->rq;
    spin_lock_raw(&rq->lock);
    if (atomic_load_explicit(&rq->nrunning, memory_order_relaxed) > 1)
        sched_share(cpu);
    spin_unlock_raw(&rq->lock);
}

void sched_poke(struct proc *p)
{
    unsigned long s = hal_irq_save();
    struct runq *rq = sched_lock_of(p);
    if (p == rq->current && p->cpu != this_cpu())
        smp_call(p->cpu);
    spin_unlock(&rq->lock, s);
}

void sched_set_nice(struct proc *p, int nice)
{
    unsigned long s = hal_irq_save();
    struct runq *rq = sched_lock_of(p);
    if (p == rq->current)
        sched_account(rq, p, hal_timer_now());
    if (rq->is_fair)
        sched_fair_reweigh(rq, p, nice);
    else
        p->nice = nice;
    spin_unlock(&rq->lock, s);
}
