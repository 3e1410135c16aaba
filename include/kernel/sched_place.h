/*
 * kernel/sched_place.h - where a process runs: the CPU it wakes or begins on, and moves between CPUs.
 *
 * A CPU without work says so in one word for all, before it sleeps. Whoever wakes a process looks there first.
 * An idle CPU takes from the one that has most to do; a CPU on which processes share, and which therefore has
 * an alarm anyway, now and then gives to the one that has least. So a CPU with one process has no tick.
 */
#pragma once
#include <kernel/sched.h>

/* irqs off, no lock held. Where p, which is SLEEPING or NEW, had better run: advice, for nothing is locked. */
struct cpu *sched_place(const struct proc *p);

/* irqs off, p does not go away. Locks p's CPU and `to`, in their order. Returns p's CPU; unlock both. */
struct cpu *sched_lock_pair(struct proc *p, struct cpu *to);
void sched_unlock_pair(struct cpu *a, struct cpu *b);

/* Both are locked, p is in no queue. From now on it belongs to `to`. */
void sched_change_cpu(struct proc *p, struct cpu *to);

/* Run-queue lock of cpu. It is idle no more: nobody need send it work. */
void sched_place_busy(const struct cpu *cpu);

/* irqs off, idle. Says so, and takes a process from another CPU, if one has more than it can run. */
void sched_pull(struct cpu *cpu);

/*
 * Thread, irqs on, no lock held. Calls fn on each CPU in use, this one last, by going there. The idle process,
 * which cannot go, calls it here alone.
 */
void sched_on_each_cpu(void (*fn)(void *arg), void *arg);

/* irqs off, in the alarm of cpu. Gives to a CPU that has less to do, if it is time. */
void sched_push(struct cpu *cpu, uint64_t now);
