/*
 * sched_cpu.c - the run queues of all CPUs: their beginning, the tick, the call from another CPU, idle.
 */
#include <hal/timer.h>
#include <kernel/clock.h>
#include <kernel/sched.h>
#include <kernel/sched_place.h>
#include <kernel/sched_policy.h>
#include <lib/string.h>

struct cpu cpus[MAX_CPUS];

static bool fair;
uint64_t sched_quantum;
static bool started;

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

void sched_init_cpu(struct cpu *cpu, struct proc *idle)
{
    struct runq *rq = &cpu->rq;
    spin_init(&rq->lock, "run queue", RANK_RUNQ);
    rq->idle = idle;
    rq->current = idle;
    rq->began = hal_timer_now();
    rq->switched = rq->began;
    rq->is_fair = fair;
    rq->long_way = fair;
    sched_fair_init_queue(&rq->fair);
    cpu->alarm = UINT64_MAX;
    timeouts_init(&cpu->timeouts);
}

void sched_watch(bool on)
{
    for (unsigned i = 0; i < MAX_CPUS; i++)
        cpus[i].rq.long_way = fair || on;
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

uint64_t sched_tick(struct cpu *cpu, uint64_t now)
{
    struct runq *rq = &cpu->rq;
    if (atomic_load_explicit(&rq->nrunning, memory_order_relaxed) < 2)
        return UINT64_MAX;
    spin_lock_raw(&rq->lock);
    uint64_t next = policy_turn_end(rq);
    if (now >= next) {
        next = now + sched_quantum;
        if (policy_contended(rq, rq->current))
            atomic_store_explicit(&rq->need_resched, true, memory_order_relaxed);
    }
    spin_unlock_raw(&rq->lock);
    sched_push(cpu, now);
    return next;
}

void sched_called(struct cpu *cpu)
{
    struct runq *rq = &cpu->rq;
    spin_lock_raw(&rq->lock);
    bool shared = atomic_load_explicit(&rq->nrunning, memory_order_relaxed) > 1;
    uint64_t end = policy_turn_end(rq);
    spin_unlock_raw(&rq->lock);
    if (shared)
        clock_alarm_by(cpu, end);
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
