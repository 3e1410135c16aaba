/*
 * kernel/waitq.h - wait queues: sleep until a condition holds.
 *
 * Wait with wait_event(). Whoever changes the condition changes it first, then wakes. A queue may lie on a
 * stack: a waiter takes the queue's lock when it leaves, so its waker is done with the queue by then.
 */
#pragma once
#include <kernel/spinlock.h>
#include <lib/list.h>
#include <stdbool.h>

struct proc;

struct waitq {
    struct spinlock lock;
    struct list     waiters; /* first come, first served */
};

struct waiter {
    struct list  link;
    struct proc *proc;
    bool         woken; /* a waker has taken it off the queue */
};

void waitq_init(struct waitq *wq, const char *name);
/* Any context, locks below RANK_WAITQ held. Wakes who waits longest, if anybody. */
void waitq_wake_one(struct waitq *wq);
void waitq_wake_all(struct waitq *wq); /* The same for all. */

/*
 * Thread. For wait_event(): join; leave. done: without having slept, so that a wake-up meanwhile is the next
 * one's.
 */
void waitq_prepare(struct waitq *wq, struct waiter *w);
void waitq_finish(struct waitq *wq, struct waiter *w, bool done);

/* For wait_event(). In a header below sched.h, which needs struct waitq. */
void sched_sleep(void);

/* Thread, no lock held; sleeps until cond, which is looked at after every wake-up. */
#define wait_event(wq, cond)                                                                               \
    for (struct waiter waiter_;;) {                                                                        \
        waitq_prepare(wq, &waiter_);                                                                       \
        bool done_ = (cond);                                                                               \
        if (!done_)                                                                                        \
            sched_sleep();                                                                                 \
        waitq_finish(wq, &waiter_, done_);                                                                \
        if (done_)                                                                                         \
            break;                                                                                         \
    }
