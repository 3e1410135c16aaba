/* sched_rr.c - round robin with priorities; the idea is in kernel/sched_rr.h. */
#include <kernel/kassert.h>
#include <kernel/sched.h>

/*
 * Number of the highest bit of a nibble. RV64 without Zbb has no instruction for it, so that gcc would call a
 * library.
 */
static const uint8_t highest[16] = { 0, 0, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3 };
_Static_assert(PRIO_COUNT <= 8, "highest_prio() looks at two nibbles");

enum { SEARCH_MOST = 32 }; /* who is looked at for a move: the interrupts wait meanwhile */

static unsigned highest_prio(uint32_t bits)
{
    return bits >= 16 ? 4u + highest[bits >> 4] : highest[bits];
}

static bool shares_with_current(const struct runq *rq, unsigned prio)
{
    return rq->current != rq->idle && rq->current->prio == prio;
}

void sched_rr_add(struct runq *rq, struct proc *p)
{
    struct rr_queue *q = &rq->rr;
    KASSERT(list_empty(&p->turn));
    if ((q->occupied & 1u << p->prio) == 0) {
        q->ring[p->prio] = &p->turn;
        q->occupied |= 1u << p->prio;
        return;
    }
    struct list *first = shares_with_current(rq, p->prio) ? &rq->current->turn : q->ring[p->prio];
    list_insert(first->prev, &p->turn, first);
}

void sched_rr_remove(struct runq *rq, struct proc *p)
{
    struct rr_queue *q = &rq->rr;
    if (!sched_rr_contended(p))
        q->occupied &= ~(1u << p->prio);
    else if (p == rq->current || q->ring[p->prio] == &p->turn)
        q->ring[p->prio] = p->turn.next;
    list_del(&p->turn);
}

void sched_rr_leave(struct runq *rq, struct proc *p, bool turn_over)
{
    if (p != rq->idle)
        rq->rr.ring[p->prio] = turn_over ? p->turn.next : &p->turn;
}

struct proc *sched_rr_pick(struct runq *rq)
{
    const struct rr_queue *q = &rq->rr;
    if (q->occupied == 0)
        return rq->idle;
    return list_entry(q->ring[highest_prio(q->occupied)], struct proc, turn);
}

struct proc *sched_rr_movable(struct runq *rq, unsigned cpu)
{
    struct proc *oldest = NULL;
    unsigned seen = 0;
    for (uint32_t left = rq->rr.occupied; left != 0 && oldest == NULL && seen < SEARCH_MOST;) {
        unsigned prio = highest_prio(left);
        struct list *first = shares_with_current(rq, prio) ? &rq->current->turn : rq->rr.ring[prio];
        struct list *at = first;
        do {
            struct proc *p = list_entry(at, struct proc, turn);
            bool may = p != rq->current && (p->affinity >> cpu & 1) != 0;
            if (may && (oldest == NULL || p->came < oldest->came))
                oldest = p;
            at = at->next;
        } while (at != first && ++seen < SEARCH_MOST);
        left &= ~(1u << prio);
    }
    return oldest;
}
