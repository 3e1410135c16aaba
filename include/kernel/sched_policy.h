/*
 * kernel/sched_policy.h - who is next: one question, two policies that answer it, chosen at boot by sched=.
 *
 * All with the run-queue lock held. The choice is a branch on rq->is_fair, and not a table of functions, so
 * that round robin, whose answers are a few instructions each, is part of the code that asks.
 */
#pragma once
#include <kernel/sched_fair.h>
#include <kernel/sched_rr.h>

/* p, which runs nowhere, is READY from now on. */
static inline void policy_add(struct runq *rq, struct proc *p)
{
    if (rq->is_fair)
        sched_fair_add(rq, p);
    else
        sched_rr_add(rq, p);
}

/* p, which ran, goes to sleep or ends. */
static inline void policy_end(struct runq *rq, struct proc *p)
{
    if (rq->is_fair)
        sched_fair_end(rq, p);
    else
        sched_rr_remove(rq, p);
}

/* p is READY, and leaves for another CPU. */
static inline void policy_take(struct runq *rq, struct proc *p)
{
    if (rq->is_fair)
        sched_fair_take(rq, p);
    else
        sched_rr_remove(rq, p);
}

/* p, which ran (or is idle), may not run on; is its turn over? A call of policy_pick() follows. */
static inline void policy_put(struct runq *rq, struct proc *p, bool turn_over)
{
    if (!rq->is_fair)
        sched_rr_leave(rq, p, turn_over);
    else if (p != rq->idle)
        sched_fair_put(rq, p, false);
}

/* Who runs now; idle if nobody wants to. */
static inline struct proc *policy_pick(struct runq *rq)
{
    return rq->is_fair ? sched_fair_pick(rq) : sched_rr_pick(rq);
}

/* p, which runs, has had so many ticks more. */
static inline void policy_charge(struct runq *rq, struct proc *p, uint64_t ticks)
{
    if (rq->is_fair && p != rq->idle)
        sched_fair_charge(rq, p, ticks);
}

/* Does anybody wait for the turn of p, which runs, to end? Nobody for idle's: it has none. */
static inline bool policy_contended(const struct runq *rq, const struct proc *p)
{
    return rq->is_fair ? rb_first(&rq->fair.waiting) != NULL : sched_rr_contended(p);
}

/* p has become READY. Does it go before current, which is not idle? */
static inline bool policy_preempts(const struct runq *rq, const struct proc *p)
{
    return rq->is_fair ? sched_fair_preempts(rq, p) : p->prio > rq->current->prio;
}

/* p, in no queue, goes from one CPU to the other; both are locked. */
static inline void policy_move(const struct runq *from, const struct runq *to, struct proc *p)
{
    if (from->is_fair)
        sched_fair_move(from, to, p);
}

/* Of those that wait and may run on `cpu`, the one that came to this CPU first; or NULL. */
static inline struct proc *policy_movable(struct runq *rq, unsigned cpu)
{
    return rq->is_fair ? sched_fair_movable(rq, cpu) : sched_rr_movable(rq, cpu);
}

/*
 * When the turn of the running process is over, should somebody wait for it. With rr `switched` is the
 * beginning of the turn, for sched_yield() has no time to keep another; with fair, current is accounted now
 * and then.
 */
static inline uint64_t policy_turn_end(const struct runq *rq)
{
    return rq->is_fair ? rq->fair.turn_end : rq->switched + sched_quantum;
}

/* p, which runs, has done so until now. */
static inline void sched_account(struct runq *rq, struct proc *p, uint64_t now)
{
    uint64_t ticks = now - rq->switched;
    rq->switched = now;
    p->run_ticks += ticks;
    policy_charge(rq, p, ticks);
}
