/*
 * kernel/sched_rr.h - sched=rr, round robin with priorities: each priority is a ring of processes, of which
 * one has the turn.
 *
 * A process is in its ring while it is READY or RUNNING. In the ring of the running process the turn is its
 * own; in each other ring, ring[] points to who has it. Giving the turn to the next is then no work at all; a
 * newcomer goes just before the one that has it, where it arrives last. All O(1), all with the run-queue lock
 * held. Inline, for each is a few instructions in the middle of a sleep or a wake-up.
 */
#pragma once
#include <kernel/sched.h>

/* Number of the highest bit of a set of priorities, which is not empty. */
static inline unsigned rr_highest(uint32_t set)
{
    /* RV64 without Zbb has no instruction for it, so that gcc would call a library. */
    static const uint8_t highest[16] = { 0, 0, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3 };
    _Static_assert(PRIO_COUNT <= 8, "two nibbles");
    return set >= 16 ? 4u + highest[set >> 4] : highest[set];
}

/* Where the ring of that priority, which is not empty, begins. The priority of idle is nobody else's. */
static inline struct list *rr_first(const struct runq *rq, unsigned prio)
{
    return rq->current->prio == prio ? &rq->current->turn : rq->rr.ring[prio];
}

static inline void sched_rr_add(struct runq *rq, struct proc *p)
{
    struct rr_queue *q = &rq->rr;
    if ((q->occupied & 1u << p->prio) == 0) {
        list_init(&p->turn);
        q->ring[p->prio] = &p->turn;
        q->occupied |= 1u << p->prio;
        return;
    }
    struct list *first = rr_first(rq, p->prio);
    list_insert(first->prev, &p->turn, first);
}

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

/* p has the turn in its ring, which goes to the next. Or p is READY, and moves to another CPU. */
static inline void sched_rr_remove(struct runq *rq, struct proc *p)
{
    struct rr_queue *q = &rq->rr;
    if (!sched_rr_contended(p))
        q->occupied &= ~(1u << p->prio);
    else if (p == rq->current || q->ring[p->prio] == &p->turn)
        q->ring[p->prio] = p->turn.next;
    list_unlink(&p->turn);
}

/*
 * p, which runs (or is idle), may not run on: ring[] again says who has the turn: p or, if it is over, the
 * next.
 */
static inline void sched_rr_leave(struct runq *rq, struct proc *p, bool turn_over)
{
    if (p != rq->idle)
        rq->rr.ring[p->prio] = turn_over ? p->turn.next : &p->turn;
}

/* Who runs now: has the turn in the highest ring that is not empty, else idle. */
static inline struct proc *sched_rr_pick(struct runq *rq)
{
    const struct rr_queue *q = &rq->rr;
    if (q->occupied == 0)
        return rq->idle;
    return list_entry(q->ring[rr_highest(q->occupied)], struct proc, turn);
}

/* Of those that wait and may run on `cpu`, the one that came to this run queue first; or NULL. */
struct proc *sched_rr_movable(struct runq *rq, unsigned cpu);
