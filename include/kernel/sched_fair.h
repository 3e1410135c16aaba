/*
 * kernel/sched_fair.h - sched=fair: the CPU goes to whoever has had least of it, measured by its weight.
 *
 * A process's virtual run time grows while it runs, the slower the greater its weight is. Those that wait are
 * in a tree by virtual run time; the first in it is next. Who runs or sleeps is not in the tree. `least`
 * follows the smallest virtual run time of all that want to run, and never goes back. A sleeper comes back at
 * most a little behind it, a new process where its parent stands, and whoever moves to another CPU takes his
 * distance from `least` along. O(log n), with the run-queue lock held.
 */
#pragma once
#include <kernel/sched.h>

/* irqs off, boot CPU, once, if this is the policy. quantum: counter ticks. */
void sched_fair_init(uint64_t quantum);
void sched_fair_init_queue(struct fair_queue *fq);

/* nice from NICE_MIN to NICE_MAX. What it is worth: 0 is NICE_0_WEIGHT, and each step a factor of 1.25. */
enum { NICE_0_WEIGHT = 1024 };
unsigned sched_fair_weight(int nice);

/* p is READY from now on. */
void sched_fair_add(struct runq *rq, struct proc *p);
/* p is READY, and leaves for another CPU. */
void sched_fair_take(struct runq *rq, struct proc *p);
/* p, which ran, is not READY any more. */
void sched_fair_end(struct runq *rq, struct proc *p);
/* p, which ran, is READY. yields: who waits goes first, even if p has had less. */
void sched_fair_put(struct runq *rq, struct proc *p, bool yields);
/* Who runs now; it leaves the tree. Idle if that is empty. */
struct proc *sched_fair_pick(struct runq *rq);
/* p has run for so many ticks. */
void sched_fair_charge(struct runq *rq, struct proc *p, uint64_t ticks);
/* p has become READY. Has it had so much less than current that it goes first? */
bool sched_fair_preempts(const struct runq *rq, const struct proc *p);
/* p goes from one CPU to the other; both are locked, and p is in neither's tree. */
void sched_fair_move(const struct runq *from, const struct runq *to, struct proc *p);
/* Of those that wait and may run on `cpu`, the one that came to this run queue first; or NULL. */
struct proc *sched_fair_movable(struct runq *rq, unsigned cpu);
/* p's run queue. Its weight follows its nice value from now on. */
void sched_fair_reweigh(struct runq *rq, struct proc *p, int nice);
