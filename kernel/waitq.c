/*
 * waitq.c - wait queues. The order prepare, look, sleep, leave is the whole point: docs/states.md.
 *
 * A waker takes a waiter off the queue, lets the queue's lock go, wakes, and then writes waiter.woken: its
 * last word. The waiter leaves only when it has read that, or has found itself on the queue still. So its
 * waker is done with the queue and with the waiter by then, and who was woken need not take the lock.
 */
#include <hal/timer.h>
#include <kernel/clock.h>
#include <kernel/sched.h>
#include <kernel/waitq.h>
#include <uapi/errno.h>

void waitq_init(struct waitq *wq, const char *name)
{
    spin_init(&wq->lock, name, RANK_WAITQ);
    list_init(&wq->waiters);
}

/* irqs off. */
static inline void wake_taken(struct waiter *w)
{
    sched_wake(w->proc);
    atomic_store_explicit(&w->woken, true, memory_order_release);
}

void waitq_unlock_wake(struct waitq *wq, struct waiter *w, unsigned long s)
{
    spin_unlock_raw(&wq->lock);
    if (w != NULL)
        wake_taken(w);
    hal_irq_restore(s);
}

void waitq_unlock_wake_all(struct waitq *wq, unsigned long s)
{
    struct waiter *chain = NULL, **end = &chain, *w;
    while ((w = waitq_take(wq)) != NULL) {
        *end = w;
        end = &w->next;
    }
    *end = NULL;
    spin_unlock_raw(&wq->lock);
    while ((w = chain) != NULL) {
        chain = w->next;
        wake_taken(w);
    }
    hal_irq_restore(s);
}

void waitq_wake_one(struct waitq *wq)
{
    unsigned long s = spin_lock(&wq->lock);
    waitq_unlock_wake(wq, waitq_take(wq), s);
}

void waitq_wake_all(struct waitq *wq)
{
    unsigned long s = spin_lock(&wq->lock);
    waitq_unlock_wake_all(wq, s);
}

static void join(struct waitq *wq, struct waiter *w)
{
    w->proc = current();
    atomic_store_explicit(&w->woken, false, memory_order_relaxed);
    list_add_tail(&wq->waiters, &w->link);
}

static bool woken(struct waiter *w)
{
    return atomic_load_explicit(&w->woken, memory_order_acquire);
}

/* The waker has interrupts off, so this CPU is not the one that it needs. */
static void wait_for_waker(struct waiter *w)
{
    while (!woken(w))
        hal_cpu_relax();
}

/* Leaves the queue. Returns whether a waker had taken us off it. */
static bool leave(struct waitq *wq, struct waiter *w)
{
    if (woken(w))
        return true;
    unsigned long s = spin_lock(&wq->lock);
    bool taken = list_empty(&w->link);
    list_del(&w->link);
    spin_unlock(&wq->lock, s);
    if (taken)
        wait_for_waker(w);
    return taken;
}

/* Why a wait whose condition does not hold ends now; or 0. */
static int given_up(uint64_t when, bool killable)
{
    if (killable && proc_killed())
        return -EINTR;
    return when != WAIT_FOR_EVER && hal_timer_now() >= when ? -ETIMEDOUT : 0;
}

void waitq_alarm_start(struct timeout *t, uint64_t when)
{
    if (when != WAIT_FOR_EVER)
        clock_wake_at(t, when);
}

void waitq_alarm_stop(struct timeout *t, uint64_t when)
{
    if (when != WAIT_FOR_EVER)
        timeout_cancel(t);
}

/*
 * irqs off, queue's lock held, joined. A waker that comes between the two leaves its token, and we do not
 * sleep. Nothing is prepared: an old token only makes this return too early.
 */
static inline void unlock_and_sleep(struct waitq *wq)
{
    spin_unlock_raw(&wq->lock);
    sched_sleep();
}

/*
 * irqs off, after a sleep that ended without the waker's last word: it is yet to come; or this is a late
 * alarm, a kill, or a wake-up left over from somewhere else.
 */
static __attribute__((noinline)) int sleep_on(struct waitq *wq, struct waiter *w, uint64_t when,
                                              bool killable)
{
    do {
        spin_lock_raw(&wq->lock);
        bool taken = list_empty(&w->link);
        int why = taken ? 0 : given_up(when, killable);
        if (taken || why != 0) {
            list_del(&w->link);
            spin_unlock_raw(&wq->lock);
            if (taken)
                wait_for_waker(w);
            return why;
        }
        unlock_and_sleep(wq);
    } while (!woken(w));
    return 0;
}

void waitq_unlock_wait(struct waitq *wq, unsigned long s)
{
    struct waiter w;
    join(wq, &w);
    unlock_and_sleep(wq);
    if (__builtin_expect(!woken(&w), 0))
        sleep_on(wq, &w, WAIT_FOR_EVER, false);
    hal_irq_restore(s);
}

int waitq_unlock_wait_limited(struct waitq *wq, unsigned long s, uint64_t when, bool killable)
{
    struct waiter w;
    join(wq, &w);
    spin_unlock_raw(&wq->lock);
    int result = sleep_on(wq, &w, when, killable); /* looks at the limits before it sleeps */
    hal_irq_restore(s);
    return result;
}

bool wait_more(struct wait *w)
{
    if (!w->joined) {
        if (!w->armed)
            waitq_alarm_start(&w->alarm, w->when);
        w->armed = w->when != WAIT_FOR_EVER;
        sched_prepare();
        unsigned long s = spin_lock(&w->wq->lock);
        join(w->wq, &w->waiter);
        spin_unlock(&w->wq->lock, s);
        w->joined = true;
        return true; /* only a look from here on misses nothing */
    }
    w->result = given_up(w->when, w->killable);
    if (w->result != 0)
        return false;
    sched_sleep();
    leave(w->wq, &w->waiter);
    w->joined = false;
    return true;
}

/* Who was woken while it looked does not need that wake-up, whether it found its condition or gives up. */
int wait_end(struct wait *w)
{
    if (w->joined && leave(w->wq, &w->waiter))
        waitq_wake_one(w->wq);
    if (w->armed)
        timeout_cancel(&w->alarm);
    return w->result;
}
