/* sched_rr.c - round robin with priorities; the idea is in kernel/sched_rr.h. */
#include <kernel/kassert.h>
#include <kernel/sched_rr.h>

/*
 * Number of the highest bit of a nibble. RV64 without Zbb has no instruction for it, so that gcc would call a
 * library.
 */
static const uint8_t highest[16] = { 0, 0, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3 };
_Static_assert(PRIO_COUNT <= 8, "sched_rr_pick() looks at two nibbles");

void sched_rr_add(struct runq *rq, struct proc *p)
{
    KASSERT(list_empty(&p->turn));
    struct proc *running = rq->current;
    if ((rq->occupied & 1u << p->prio) == 0) {
        rq->ring[p->prio] = &p->turn;
        rq->occupied |= 1u << p->prio;
        return;
    }
    bool shares = running != rq->idle && running->prio == p->prio;
    struct list *first = shares ? &running->turn : rq->ring[p->prio];
    list_insert(first->prev, &p->turn, first);
}

void sched_rr_remove(struct runq *rq, struct proc *p)
{
    if (sched_rr_contended(p))
        rq->ring[p->prio] = p->turn.next;
    else
        rq->occupied &= ~(1u << p->prio);
    list_del(&p->turn);
}

void sched_rr_leave(struct runq *rq, struct proc *p, bool turn_over)
{
    if (p != rq->idle)
        rq->ring[p->prio] = turn_over ? p->turn.next : &p->turn;
}

struct proc *sched_rr_pick(struct runq *rq)
{
    uint32_t bits = rq->occupied;
    if (bits == 0)
        return rq->idle;
    unsigned prio = bits >= 16 ? 4u + highest[bits >> 4] : highest[bits];
    return list_entry(rq->ring[prio], struct proc, turn);
}
