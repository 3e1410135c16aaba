/* sched_rr.c - round robin with priorities: who may move to another CPU. The rest is in kernel/sched_rr.h. */
#include <kernel/sched_rr.h>

struct proc *sched_rr_movable(struct runq *rq, unsigned cpu)
{
    struct proc *oldest = NULL;
    unsigned seen = 0;
    for (uint32_t left = rq->rr.occupied; left != 0 && oldest == NULL && seen < SCHED_SEARCH_MOST;) {
        unsigned prio = rr_highest(left);
        struct list *first = rr_first(rq, prio), *at = first;
        do {
            struct proc *p = list_entry(at, struct proc, turn);
            bool may = p != rq->current && (p->affinity >> cpu & 1) != 0;
            if (may && (oldest == NULL || p->came < oldest->came))
                oldest = p;
            at = at->next;
        } while (at != first && ++seen < SCHED_SEARCH_MOST);
        left &= ~(1u << prio);
    }
    return oldest;
}
