/*
 * kernel/workq.h - work queues: do it later, in a thread.
 *
 * A work is a function and its argument, kept by whoever uses it. Queueing allocates nothing and is allowed
 * in interrupts. Each CPU has threads of its own for each queue, the workers. Works of one CPU are begun in
 * the order of their coming. A work that sleeps does not stall those behind it: another worker takes them. A
 * work never runs twice at the same time. docs/waiting.md has the pictures.
 */
#pragma once
#include <kernel/spinlock.h>
#include <kernel/timeout.h>
#include <lib/list.h>
#include <stdbool.h>

struct workqueue;

/* Fixed, or the queue's lock. Not freed before it is neither queued nor delayed nor running. */
struct work {
    void            (*fn)(void *arg); /* thread, irqs on, no lock held; may sleep, may queue itself again */
    void             *arg;
    struct workqueue *wq;             /* NULL: never queued */
    struct list       link;           /* among the waiting of its CPU */
    struct timeout    delay;
    struct proc      *runner;         /* the worker that is running it */
    unsigned          state;          /* WORK_... of workq_pool.h */
    unsigned          cpu;            /* where it runs next */
    unsigned          colour;         /* in which flush it counts */
    unsigned          barred;         /* how many work_cancel_wait() do not let it be queued */
    unsigned          asked, done;    /* how often it was queued, and has run or was cancelled; */
    unsigned          skipped;        /*   the latter while it was running */
};

/*
 * Thread, no lock held; sleeps. Workers of that priority on each CPU in use. NULL: no memory. Destroying
 * drains; nobody queues meanwhile, except works themselves.
 */
struct workqueue *workq_create(const char *name, unsigned prio);
void workq_destroy(struct workqueue *wq);

void work_init(struct work *w, void (*fn)(void *arg), void *arg);

/*
 * Any context, locks below RANK_WORKQ held. To run on this CPU, or that; at once, or in ms milliseconds.
 * False: it is queued or delayed already and stays so, or is being cancelled. While it runs it can be
 * queued, and runs again after that. A work is on one work queue at a time.
 */
bool work_queue(struct workqueue *wq, struct work *w);
bool work_queue_on(unsigned cpu, struct workqueue *wq, struct work *w);
bool work_queue_in_ms(struct workqueue *wq, struct work *w, unsigned ms);

/* The same context. No longer queued nor delayed; it may still be running. True if this was what did it. */
bool work_cancel(struct work *w);
/*
 * Thread, no lock held, not w itself; sleeps. The same, and when it returns w is not running either, even if
 * it queues itself: meanwhile that is refused.
 */
bool work_cancel_wait(struct work *w);

/* All: thread, no lock held; sleeps. Not from a work of the same queue, whose end they would wait for. */
void work_flush(struct work *w);           /* Until it has run, if it is queued or running now. */
void workq_flush(struct workqueue *wq);    /* Until all have run that are queued or running now. */
void workq_drain(struct workqueue *wq);    /* Until none is queued, delayed or running at all. */

/* PID 1, once. The thread that makes and buries workers. */
void workq_keeper(void *arg);
