/*
 * kernel/waitq_hand.h - the lower half of wait queues, for those whose condition is under the queue's lock:
 * mutex.c and its like, where the waker hands over what is waited for, and pipe.c. Inline: a semaphore is
 * little else.
 *
 * A waker takes a waiter off the queue, lets the queue's lock go, wakes, and then writes waiter.woken: its
 * last word. The waiter leaves only when it has read that, or has found itself on the queue still. So its
 * waker is done with the queue and with the waiter by then, and who was woken need not take the lock.
 */
#pragma once
#include <kernel/sched_short.h>
#include <kernel/waitq.h>

/* irqs off, queue's lock held: takes the first waiter off the queue; NULL if there is none. */
static inline struct waiter *waitq_take(struct waitq *wq)
{
    if (list_empty(&wq->waiters))
        return NULL;
    return list_entry(list_take_first(&wq->waiters), struct waiter, link);
}

/* For waitq_unlock_wake(): the long way, with the ticket of sched_wake_short(). */
void waitq_wake_slowly(struct waiter *w, unsigned long s, unsigned ticket, bool served);

/*
 * irqs off, queue's lock held, since w was taken. Lets the lock go, wakes w, and restores interrupts to s.
 * When it returns w may be gone.
 */
SCHED_INLINE void waitq_unlock_wake(struct waitq *wq, struct waiter *w, unsigned long s)
{
    unsigned ticket;
    bool served;
    spin_unlock_raw(&wq->lock);
    if (__builtin_expect(!sched_wake_short(w->proc, &ticket, &served), 0)) {
        waitq_wake_slowly(w, s, ticket, served);
        return;
    }
    atomic_store_explicit(&w->woken, true, memory_order_release);
    hal_irq_restore(s);
}

/* The same for all waiters, in the order of their coming. */
void waitq_unlock_wake_all(struct waitq *wq, unsigned long s);

/* The same, where as a rule there is one waiter, or none. */
SCHED_INLINE void waitq_unlock_wake_few(struct waitq *wq, unsigned long s)
{
    if (list_empty(&wq->waiters))
        spin_unlock(&wq->lock, s);
    else if (__builtin_expect(wq->waiters.next == wq->waiters.prev, 1))
        waitq_unlock_wake(wq, waitq_take(wq), s);
    else
        waitq_unlock_wake_all(wq, s);
}

/* irqs off, queue's lock held. p, the caller, is the last in it. */
static inline void waitq_join(struct waitq *wq, struct waiter *w, struct proc *p)
{
    w->queue = wq;
    w->proc = p;
    atomic_store_explicit(&w->woken, false, memory_order_relaxed);
    list_add_tail(&wq->waiters, &w->link);
}

static inline bool waitq_woken(struct waiter *w)
{
    return atomic_load_explicit(&w->woken, memory_order_acquire);
}

/*
 * irqs off, no lock held, in the queue or taken off it. Sleeps until it was woken, and returns 0; or -EINTR,
 * if killable and the caller was asked to end; or -ETIMEDOUT, if it is past `when`. In these cases it is off
 * the queue, and no waker had taken it.
 */
int waitq_sleep_on(struct waiter *w, uint64_t when, bool killable);

/*
 * Thread, irqs off, queue's lock held, no other; sleeps. Joins the queue and lets its lock go; returns, irqs
 * still off, when it was taken and woken. A waker that comes between the two leaves its token, and we do not
 * sleep. Nothing is prepared: an old token only makes this sleep once more.
 */
SCHED_INLINE void waitq_unlock_wait(struct waitq *wq)
{
    const struct kstack_top *top = kstack_top(stack_here());
    struct proc *p = top->proc;
    struct waiter w;
    waitq_join(wq, &w, p);
    spin_unlock_raw(&wq->lock);
    sched_sleep_short(&top->cpu->rq, p);
    if (__builtin_expect(!waitq_woken(&w), 0))
        waitq_sleep_on(&w, WAIT_FOR_EVER, false);
}

/*
 * The same, but -EINTR, and off the queue, if the caller was asked to end and nobody has woken it. Who asks
 * says so first and wakes then: so either we see it here, or do not sleep for his token.
 */
SCHED_INLINE int waitq_unlock_wait_killable(struct waitq *wq)
{
    const struct kstack_top *top = kstack_top(stack_here());
    struct proc *p = top->proc;
    struct waiter w;
    waitq_join(wq, &w, p);
    spin_unlock_raw(&wq->lock);
    if (__builtin_expect(!atomic_load_explicit(&p->killed, memory_order_relaxed), 1))
        sched_sleep_short(&top->cpu->rq, p);
    return __builtin_expect(waitq_woken(&w), 1) ? 0 : waitq_sleep_on(&w, WAIT_FOR_EVER, true);
}

/* The same with limits: returns as waitq_sleep_on(), with interrupts restored to s. */
int waitq_unlock_wait_limited(struct waitq *wq, unsigned long s, uint64_t when, bool killable);

/* Thread. What has to surround one with a limit in time: wakes the caller at `when`. */
void waitq_alarm_start(struct timeout *t, uint64_t when);
void waitq_alarm_stop(struct timeout *t, uint64_t when);
