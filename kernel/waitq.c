/* waitq.c - wait queues. The order prepare, look, sleep, finish is the whole point: docs/states.md. */
#include <kernel/sched.h>
#include <kernel/waitq.h>

void waitq_init(struct waitq *wq, const char *name)
{
    spin_init(&wq->lock, name, RANK_WAITQ);
    list_init(&wq->waiters);
}

void waitq_prepare(struct waitq *wq, struct waiter *w)
{
    w->proc = current();
    w->woken = false;
    list_init(&w->link);
    sched_prepare();
    unsigned long s = spin_lock(&wq->lock);
    list_add_tail(&wq->waiters, &w->link);
    spin_unlock(&wq->lock, s);
}

/* Lock held. A woken waiter leaves the queue here, so that the next wake_one finds the next. */
static void wake_first(struct waitq *wq)
{
    if (list_empty(&wq->waiters))
        return;
    struct waiter *w = list_first_entry(&wq->waiters, struct waiter, link);
    list_del(&w->link);
    w->woken = true;
    sched_wake(w->proc);
}

void waitq_finish(struct waitq *wq, struct waiter *w, bool done)
{
    unsigned long s = spin_lock(&wq->lock);
    list_del(&w->link);
    if (done && w->woken)
        wake_first(wq);
    spin_unlock(&wq->lock, s);
}

void waitq_wake_one(struct waitq *wq)
{
    unsigned long s = spin_lock(&wq->lock);
    wake_first(wq);
    spin_unlock(&wq->lock, s);
}

void waitq_wake_all(struct waitq *wq)
{
    unsigned long s = spin_lock(&wq->lock);
    while (!list_empty(&wq->waiters))
        wake_first(wq);
    spin_unlock(&wq->lock, s);
}
