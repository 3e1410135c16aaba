/*
 * kernel/sched_rr.h - sched=rr, round robin with priorities: each priority is a ring of processes, of which
 * one has the turn.
 *
 * A process is in its ring while it is READY or RUNNING. In the ring of the running process the turn is its
 * own; in each other ring, ring[] points to who has it. Giving the turn to the next is then no work at all; a
 * newcomer goes just before the one that has it, where it arrives last. All O(1), all with the run-queue lock
 * held.
 */
#pragma once
#include <kernel/proc.h>

struct runq;

struct rr_queue {
    uint32_t occupied;             /* bit per priority whose ring is not empty */
    struct list *ring[PRIO_COUNT]; /* who has the turn among equals */
};

void sched_rr_add(struct runq *rq, struct proc *p);
/* p has the turn in its ring, which goes to the next. Or p is READY, and moves to another CPU. */
void sched_rr_remove(struct runq *rq, struct proc *p);

/*
 * p, which runs (or is idle), may not run on: ring[] again says who has the turn: p or, if it is over, the
 * next.
 */
void sched_rr_leave(struct runq *rq, struct proc *p, bool turn_over);

/* Who runs now: has the turn in the highest ring that is not empty, else idle. */
struct proc *sched_rr_pick(struct runq *rq);

/* Of those that wait and may run on `cpu`, the one that came to this run queue first; or NULL. */
struct proc *sched_rr_movable(struct runq *rq, unsigned cpu);

/* Who gets the turn after p; p itself if it is alone. */
static inline struct proc *sched_rr_next(const struct proc *p)
{
    return list_entry(p->turn.next, struct proc, turn);
}

/* Does anybody wait for p's turn to end? Nobody for idle's, which is in no ring. */
static inline bool sched_rr_contended(const struct proc *p)
{
    return p->turn.next != &p->turn;
}
