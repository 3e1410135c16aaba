/*
 * completion.c - completions. Both sides look under the queue's lock even when nobody has to sleep: whoever
 * finds it done may throw the completion away.
 */
#include <kernel/completion.h>
#include <kernel/waitq_hand.h>

#define COMPLETION_ALL UINT32_MAX

void completion_init(struct completion *c, const char *name)
{
    waitq_init(&c->waiters, name);
    c->done = 0;
}

void completion_reinit(struct completion *c)
{
    unsigned long s = spin_lock(&c->waiters.lock);
    c->done = 0;
    spin_unlock(&c->waiters.lock, s);
}

void complete(struct completion *c)
{
    unsigned long s = spin_lock(&c->waiters.lock);
    struct waiter *w = waitq_take(&c->waiters);
    if (w != NULL) {
        waitq_unlock_wake(&c->waiters, w, s);
        return;
    }
    c->done += c->done != COMPLETION_ALL;
    spin_unlock(&c->waiters.lock, s);
}

void complete_all(struct completion *c)
{
    unsigned long s = spin_lock(&c->waiters.lock);
    c->done = COMPLETION_ALL;
    waitq_unlock_wake_all(&c->waiters, s);
}

static int wait(struct completion *c, uint64_t when, bool killable)
{
    unsigned long s = spin_lock(&c->waiters.lock);
    if (c->done == 0)
        return waitq_unlock_wait_limited(&c->waiters, s, when, killable);
    c->done -= c->done != COMPLETION_ALL;
    spin_unlock(&c->waiters.lock, s);
    return 0;
}

void completion_wait(struct completion *c)
{
    unsigned long s = spin_lock(&c->waiters.lock);
    if (c->done == 0) {
        waitq_unlock_wait(&c->waiters);
        hal_irq_restore(s);
        return;
    }
    c->done -= c->done != COMPLETION_ALL;
    spin_unlock(&c->waiters.lock, s);
}

int completion_wait_killable(struct completion *c)
{
    return wait(c, WAIT_FOR_EVER, true);
}

int completion_wait_timeout(struct completion *c, uint64_t when)
{
    struct timeout alarm;
    waitq_alarm_start(&alarm, when);
    int result = wait(c, when, false);
    waitq_alarm_stop(&alarm, when);
    return result;
}

bool completion_done(struct completion *c)
{
    unsigned long s = spin_lock(&c->waiters.lock);
    bool done = c->done > 0;
    spin_unlock(&c->waiters.lock, s);
    return done;
}
