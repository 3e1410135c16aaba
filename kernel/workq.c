/*
 * workq.c - works: queued, delayed, cancelled, waited for. Who runs them is in workq_pool.c.
 *
 * Each work that is queued has one of two colours. A flush gives the other colour to all that come later, and
 * waits until there is none of the old one.
 */
#include <kernel/clock.h>
#include <kernel/kassert.h>
#include <kernel/sched.h>
#include <kernel/workq_pool.h>

static void delay_over(void *arg);

void work_init(struct work *w, void (*fn)(void *arg), void *arg)
{
    *w = (struct work){ .fn = fn, .arg = arg };
    list_init(&w->link);
    timeout_init(&w->delay, delay_over, w);
}

/* Lock held. Its colour is counted already. */
static struct pool *put_in_line(struct work *w)
{
    struct pool *pool = &w->wq->pool[w->cpu];
    w->state |= WORK_QUEUED;
    list_add_tail(&pool->works, &w->link);
    return pool;
}

/* Lock held. It runs when its turn comes, or once more when it has run. */
static void enqueue(struct work *w)
{
    w->colour = w->wq->colour;
    w->wq->pending[w->colour]++;
    w->asked++;
    if (w->state & WORK_RUNNING)
        w->state |= WORK_AGAIN;
    else
        pool_call(put_in_line(w));
}

/* irqs off, in the alarm. Cancelling stops the alarm first, so the delay is not over twice. */
static void delay_over(void *arg)
{
    struct work *w = arg;
    struct workqueue *wq = w->wq;
    spin_lock_raw(&wq->lock);
    w->state &= ~WORK_DELAYED;
    wq->delayed--;
    enqueue(w);
    spin_unlock_raw(&wq->lock);
}

/* Lock held. */
static bool may_be_queued(struct workqueue *wq, struct work *w)
{
    KASSERT(w->wq == NULL || w->wq == wq || (w->state & (WORK_WAITING | WORK_RUNNING)) == 0);
    return (w->state & WORK_WAITING) == 0 && w->barred == 0;
}

/* irqs off. */
static bool queue_on(unsigned cpu, struct workqueue *wq, struct work *w)
{
    KASSERT(wq->cpus & 1u << cpu);
    spin_lock_raw(&wq->lock);
    bool queued = may_be_queued(wq, w);
    if (queued) {
        w->wq = wq;
        w->cpu = cpu;
        enqueue(w);
    }
    spin_unlock_raw(&wq->lock);
    return queued;
}

bool work_queue(struct workqueue *wq, struct work *w)
{
    unsigned long s = hal_irq_save();
    bool queued = queue_on(this_cpu()->index, wq, w);
    hal_irq_restore(s);
    return queued;
}

bool work_queue_on(unsigned cpu, struct workqueue *wq, struct work *w)
{
    unsigned long s = hal_irq_save();
    bool queued = queue_on(cpu, wq, w);
    hal_irq_restore(s);
    return queued;
}

bool work_queue_in_ms(struct workqueue *wq, struct work *w, unsigned ms)
{
    unsigned long s = spin_lock(&wq->lock);
    bool delayed = may_be_queued(wq, w);
    if (delayed) {
        w->wq = wq;
        w->cpu = this_cpu()->index;
        w->state |= WORK_DELAYED;
        wq->delayed++;
        timeout_add(&w->delay, clock_in_ms(ms));
    }
    spin_unlock(&wq->lock, s);
    return delayed;
}

/*
 * Lock held; its delay has been stopped before, if stopped. Returns whether it was waiting at all. What is
 * cancelled while w runs counts as done when that is over: a flush waits for both.
 */
static bool take_out(struct work *w, bool stopped)
{
    struct workqueue *wq = w->wq;
    if (stopped) {
        w->state &= ~WORK_DELAYED;
        wq->delayed--;
    } else if (w->state & (WORK_QUEUED | WORK_AGAIN)) {
        list_del(&w->link); /* harmless if it was to be queued again */
        w->state &= ~(WORK_QUEUED | WORK_AGAIN);
        if (w->state & WORK_RUNNING)
            w->skipped++;
        else
            w->done++;
        wq->pending[w->colour]--;
    } else {
        return false;
    }
    waitq_wake_all(&wq->progress);
    return true;
}

bool work_cancel(struct work *w)
{
    struct workqueue *wq = w->wq;
    if (wq == NULL)
        return false;
    bool stopped = timeout_cancel(&w->delay); /* not under the lock, for which its function may wait */
    unsigned long s = spin_lock(&wq->lock);
    bool was_waiting = take_out(w, stopped);
    spin_unlock(&wq->lock, s);
    return was_waiting;
}

static bool is_running(struct work *w)
{
    unsigned long s = spin_lock(&w->wq->lock);
    bool running = (w->state & WORK_RUNNING) != 0;
    spin_unlock(&w->wq->lock, s);
    return running;
}

static void bar(struct work *w, int change)
{
    unsigned long s = spin_lock(&w->wq->lock);
    KASSERT(w->runner != current());
    w->barred += (unsigned)change;
    spin_unlock(&w->wq->lock, s);
}

bool work_cancel_wait(struct work *w)
{
    if (w->wq == NULL)
        return false;
    bar(w, +1);
    bool was_waiting = work_cancel(w);
    wait_event(&w->wq->progress, !is_running(w));
    bar(w, -1);
    return was_waiting;
}

static bool has_done(struct work *w, unsigned asked)
{
    unsigned long s = spin_lock(&w->wq->lock);
    bool done = (int)(w->done - asked) >= 0;
    spin_unlock(&w->wq->lock, s);
    return done;
}

void work_flush(struct work *w)
{
    struct workqueue *wq = w->wq;
    if (wq == NULL)
        return;
    unsigned long s = spin_lock(&wq->lock);
    KASSERT(w->runner != current());
    unsigned asked = w->asked;
    spin_unlock(&wq->lock, s);
    wait_event(&wq->progress, has_done(w, asked));
}

static unsigned pending(struct workqueue *wq, unsigned colour)
{
    unsigned long s = spin_lock(&wq->lock);
    unsigned n = wq->pending[colour];
    spin_unlock(&wq->lock, s);
    return n;
}

void workq_flush(struct workqueue *wq)
{
    mutex_lock(&wq->flushing);
    unsigned long s = spin_lock(&wq->lock);
    unsigned old = wq->colour;
    wq->colour = !old;
    spin_unlock(&wq->lock, s);
    wait_event(&wq->progress, pending(wq, old) == 0);
    mutex_unlock(&wq->flushing);
}

static unsigned everything(struct workqueue *wq)
{
    unsigned long s = spin_lock(&wq->lock);
    unsigned n = wq->pending[0] + wq->pending[1] + wq->delayed;
    spin_unlock(&wq->lock, s);
    return n;
}

void workq_drain(struct workqueue *wq)
{
    wait_event(&wq->progress, everything(wq) == 0);
}

struct work *work_begin(struct pool *pool)
{
    if (list_empty(&pool->works))
        return NULL;
    struct work *w = list_first_entry(&pool->works, struct work, link);
    list_del(&w->link);
    w->state = (w->state & ~WORK_QUEUED) | WORK_RUNNING;
    w->runner = current();
    return w;
}

void work_end(struct pool *pool, struct work *w, unsigned colour)
{
    struct workqueue *wq = w->wq;
    w->state &= ~WORK_RUNNING;
    w->runner = NULL;
    w->done += 1 + w->skipped;
    w->skipped = 0;
    wq->pending[colour]--;
    if (w->state & WORK_AGAIN) {
        w->state &= ~WORK_AGAIN;
        struct pool *there = put_in_line(w);
        if (there != pool)
            pool_call(there); /* here the caller itself is about to look */
    }
    waitq_wake_all(&wq->progress);
}
