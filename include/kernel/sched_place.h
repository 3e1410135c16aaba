/*
 * kernel/sched_place.h - where a process runs: the CPU it wakes or begins on, and moves between CPUs.
 *
 * A CPU without work says so in one word for all, before it sleeps. Who wakes a process looks there first.
 * An idle CPU takes from the one that has most to do; a CPU on which processes share, and which therefore has
 * an alarm anyway, now and then gives to the one that has least. So a CPU with one process has no tick.
 */
#pragma once
#include <kernel/sched.h>
#include <kernel/smp.h>
#include <lib/util.h>

extern atomic_uint sched_idle_cpus; /* a bit each */

struct cpu *sched_place_elsewhere(const struct proc *p);
struct cpu *sched_lock_both(struct proc *p, struct cpu *to);

/*
 * irqs off, no lock held. Where p, which is SLEEPING, had better wake: advice, for nothing is locked. It is
 * where p slept, unless that is forbidden now, or another CPU is idle.
 */
static inline struct cpu *sched_place(const struct proc *p)
{
    uint32_t idle = atomic_load_explicit(&sched_idle_cpus, memory_order_relaxed);
    bool may_stay = (p->affinity & p->cpu->bit) != 0;
    return __builtin_expect((idle & p->affinity) == 0 && may_stay, 1) ? p->cpu : sched_place_elsewhere(p);
}

/* irqs off, p does not go away. Locks p's CPU, which it returns, and `to`, in their order. */
static inline struct cpu *sched_lock_pair(struct proc *p, struct cpu *to)
{
    if (__builtin_expect(p->cpu == to, 1)) {
        spin_lock_raw(&to->rq.lock);
        if (p->cpu == to)
            return to;
        spin_unlock_raw(&to->rq.lock);
    }
    return sched_lock_both(p, to);
}

static inline void sched_unlock_pair(struct cpu *from, struct cpu *to)
{
    spin_unlock_raw(&to->rq.lock);
    if (from != to)
        spin_unlock_raw(&from->rq.lock);
}

/* Both are locked, p is in no queue. From now on it belongs to `to`. */
void sched_change_cpu(struct proc *p, struct cpu *to);

/* Run-queue lock of cpu. It is idle no more: nobody need send it work. */
void sched_place_busy(const struct cpu *cpu);

/*
 * Run-queue lock held. p has been put where it has to wait. Should a CPU have become idle since
 * sched_place(), and have looked for work before p was there, it is told to look again.
 */
static inline void sched_offer(const struct proc *p)
{
    atomic_thread_fence(memory_order_seq_cst); /* p is seen to wait, or we see who is idle */
    uint32_t idle = atomic_load_explicit(&sched_idle_cpus, memory_order_relaxed) & p->affinity;
    if (__builtin_expect(idle != 0, 0))
        smp_call(&cpus[bit_lowest32(idle)]);
}

/* irqs off, idle. Says so, and takes a process from another CPU, if one has more than it can run. */
void sched_pull(struct cpu *cpu);

/*
 * Thread, irqs on, no lock held. Calls fn on each CPU in use, this one last, by going there. The idle
 * process, which cannot go, calls it here alone.
 */
void sched_on_each_cpu(void (*fn)(void *arg), void *arg);

/* irqs off, in the alarm of cpu. Gives to a CPU that has less to do, if it is time. */
void sched_push(struct cpu *cpu, uint64_t now);
