/*
 * kernel/waitq.h - wait queues: sleep until a condition holds.
 *
 * Wait with wait_event() or one of its three relatives. Whoever changes the condition changes it first, then
 * wakes. Mutexes, semaphores and completions are made of kernel/waitq_hand.h: there the waker hands over what
 * is waited for, and the condition is "I was woken". Pipes are too. docs/waiting.md has the pictures.
 */
#pragma once
#include <kernel/spinlock.h>
#include <kernel/timeout.h>
#include <lib/list.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct proc;

/*
 * It may lie on a stack if the condition changes, and the wake-up is sent, under a lock that the waiter takes
 * before its queue vanishes. A completion is that, ready-made.
 */
struct waitq {
    struct spinlock lock;
    struct list waiters; /* first come, first served */
};

struct waiter {
    struct list link;    /* queue's lock. In no list: a waker has taken it off the queue */
    struct waiter *next; /* the waker's: in the chain of those it has taken */
    struct waitq *queue;
    struct proc *proc;
    atomic_bool woken; /* the last that a waker writes; it has done with the queue before */
};

/* Points in time are counter values, as for sleep_until(); this one never comes. */
#define WAIT_FOR_EVER UINT64_MAX

#define WAITQ_INIT(queue, name) { SPINLOCK_INIT(name, RANK_WAITQ), LIST_INIT((queue).waiters) }

void waitq_init(struct waitq *wq, const char *name);

/* For the two below: somebody waits. */
void waitq_wake_first(struct waitq *wq);
void waitq_wake_each(struct waitq *wq);

/*
 * Any context, behind the change of a condition. Whoever is not in the queue yet will see the change: the one
 * joins, then looks, the other changes, then looks, with a full barrier between the two on either side.
 */
static inline bool waitq_is_deserted(const struct waitq *wq)
{
    atomic_thread_fence(memory_order_seq_cst);
    return list_seems_empty(&wq->waiters);
}

/* Any context, locks below RANK_WAITQ held. Wakes who waits longest, if anybody. */
static inline void waitq_wake_one(struct waitq *wq)
{
    if (!waitq_is_deserted(wq))
        waitq_wake_first(wq);
}

/* The same for all. */
static inline void waitq_wake_all(struct waitq *wq)
{
    if (!waitq_is_deserted(wq))
        waitq_wake_each(wq);
}

/* One wait_event() at work. */
struct wait {
    struct waitq *wq;
    uint64_t when;
    bool killable;
    bool armed;  /* the alarm for `when` */
    bool joined; /* the queue; not yet slept since */
    int result;
    struct waiter waiter;
    struct timeout alarm;
};

/* For wait_event(). The condition does not hold: joins, or sleeps. False: give up. */
bool wait_more(struct wait *w);
/* For wait_event(). Leaves the queue, if need be; returns the result. */
int wait_end(struct wait *w);

#define WAIT_EVENT_(queue, cond, until, may_be_killed)      \
    ({                                                      \
        struct wait wait_;                                  \
        wait_.wq = (queue);                                 \
        wait_.when = (until);                               \
        wait_.killable = (may_be_killed);                   \
        wait_.armed = wait_.joined = false;                 \
        wait_.result = 0;                                   \
        while (!(cond) && wait_more(&wait_)) {              \
        }                                                   \
        wait_.joined || wait_.armed ? wait_end(&wait_) : 0; \
    })

/*
 * Thread, no lock held; sleeps until cond, an expression that is evaluated several times, holds. All return 0
 * if it did, whatever else happened. wait_event() does not return before.
 *   _timeout:  -ETIMEDOUT if it does not hold at counter value `when`, or never: WAIT_FOR_EVER
 *   _killable: -EINTR if the caller is asked to end
 */
#define wait_event(wq, cond)                        ((void)WAIT_EVENT_(wq, cond, WAIT_FOR_EVER, false))
#define wait_event_timeout(wq, cond, when)          WAIT_EVENT_(wq, cond, when, false)
#define wait_event_killable(wq, cond)               WAIT_EVENT_(wq, cond, WAIT_FOR_EVER, true)
#define wait_event_killable_timeout(wq, cond, when) WAIT_EVENT_(wq, cond, when, true)
