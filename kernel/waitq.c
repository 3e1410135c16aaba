/* waitq.c - wait queues. The order prepare, look, sleep, leave is the whole point: docs/states.md. */
#include <hal/timer.h>
#include <kernel/clock.h>
#include <kernel/sched.h>
#include <kernel/waitq_hand.h>
#include <uapi/errno.h>

void waitq_init(struct waitq *wq, const char *name)
{
    spin_init(&wq->lock, name, RANK_WAITQ);
    list_init(&wq->waiters);
}

/* Before it, the waker is done with w->proc; behind it, w may be gone. */
static void last_word(struct waiter *w)
{
    atomic_store_explicit(&w->woken, true, memory_order_release);
}

void waitq_wake_slowly(struct waiter *w, unsigned long s, unsigned ticket, bool served)
{
    sched_wake_the_long_way(w->proc, ticket, served);
    last_word(w);
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
        sched_wake(w->proc);
        last_word(w);
    }
    hal_irq_restore(s);
}

void waitq_wake_first(struct waitq *wq)
{
    unsigned long s = spin_lock(&wq->lock);
    struct waiter *w = waitq_take(wq);
    if (w != NULL)
        waitq_unlock_wake(wq, w, s);
    else
        spin_unlock(&wq->lock, s);
}

void waitq_wake_each(struct waitq *wq)
{
    unsigned long s = spin_lock(&wq->lock);
    waitq_unlock_wake_all(wq, s);
}

/* The waker has interrupts off, so this CPU is not the one that it needs. */
static void wait_for_waker(struct waiter *w)
{
    while (!waitq_woken(w))
        hal_cpu_relax();
}

/* Returns whether a waker has taken us off the queue. */
static __attribute__((noinline)) bool leave_under_lock(struct waitq *wq, struct waiter *w)
{
    unsigned long s = spin_lock(&wq->lock);
    bool taken = list_empty(&w->link);
    if (!taken)
        list_del(&w->link);
    spin_unlock(&wq->lock, s);
    if (taken)
        wait_for_waker(w);
    return taken;
}

/* The same. */
static bool leave(struct waitq *wq, struct waiter *w)
{
    return waitq_woken(w) || leave_under_lock(wq, w);
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
 * As a rule after a sleep that ended without the waker's last word: it is yet to come; or this is a late
 * alarm, a kill, or a wake-up left over from somewhere else.
 */
int waitq_sleep_on(struct waiter *w, uint64_t when, bool killable)
{
    do {
        spin_lock_raw(&w->queue->lock);
        bool taken = list_empty(&w->link);
        int why = taken ? 0 : given_up(when, killable);
        if (why != 0)
            list_del(&w->link);
        spin_unlock_raw(&w->queue->lock);
        if (taken)
            wait_for_waker(w);
        if (taken || why != 0)
            return why;
        sched_sleep();
    } while (!waitq_woken(w));
    return 0;
}

int waitq_unlock_wait_limited(struct waitq *wq, unsigned long s, uint64_t when, bool killable)
{
    struct waiter w;
    waitq_join(wq, &w, current());
    spin_unlock_raw(&wq->lock);
    int result = waitq_sleep_on(&w, when, killable); /* looks at the limits before it sleeps */
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
        waitq_join(w->wq, &w->waiter, current());
        spin_unlock(&w->wq->lock, s);
        w->joined = true;
        atomic_thread_fence(memory_order_seq_cst); /* waitq_is_deserted() */
        return true;                               /* only a look from here on misses nothing */
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
