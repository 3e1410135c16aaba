/* kernel/workq_pool.h - between workq.c, which knows works, and workq_pool.c, which knows workers. */
#pragma once
#include <kernel/completion.h>
#include <kernel/config.h>
#include <kernel/mutex.h>
#include <kernel/sem.h>
#include <kernel/workq.h>
#include <stdint.h>

enum {
    WORK_QUEUED = 1,  /* in the list of its CPU */
    WORK_DELAYED = 2, /* its delay runs */
    WORK_RUNNING = 4,
    WORK_AGAIN = 8,   /* running, and to be queued when that is over */
    WORK_WAITING = WORK_QUEUED | WORK_DELAYED | WORK_AGAIN,
};

enum { WORKERS_MOST = 8, WORKER_IDLE_MS = 1000, KEEPER_RETRY_MS = 100 };

/* Each step is taken by one side: the keeper makes it ALIVE and NONE again, the worker LEAVING. */
enum worker_state { WORKER_NONE, WORKER_ALIVE, WORKER_LEAVING };

struct worker {
    struct pool      *pool;
    int               pid;   /* the keeper's */
    enum worker_state state; /* the queue's lock */
};

/* The workers of one CPU for one queue. The queue's lock, but for calls. */
struct pool {
    struct workqueue *wq;
    struct list       works;   /* first come, first served */
    unsigned          workers; /* that will look again, sooner or later */
    unsigned          idle;    /* of these, how many wait and have not been called */
    bool              coming;  /* one is on its way to look: called, or new */
    bool              wanted;  /* ... by the keeper, who has to make it first */
    struct semaphore  calls;   /* where the idle wait */
    struct worker     worker[WORKERS_MOST];
};

struct workqueue {
    struct spinlock   lock;
    const char       *name;
    unsigned          prio;
    uint32_t          cpus;       /* a bit for each that has a pool */
    /* lock */
    unsigned          colour;     /* of what is queued now */
    unsigned          pending[2]; /* queued or running, by colour */
    unsigned          delayed;
    bool              ending;
    unsigned          alive;      /* workers that the keeper has not buried */
    /* the keeper's lock */
    struct list       link;       /* all work queues */
    bool              starting;   /* its first workers are to be made */
    int               error;      /* -ENOMEM: could not be */
    struct completion ready;      /* the first workers are there or cannot be */
    struct completion gone;       /* no worker is left */
    struct mutex      flushing;   /* one flush at a time: there are two colours */
    struct waitq      progress;   /* a work is done, or has been cancelled */
    struct pool       pool[MAX_CPUS];
};

/* Queue's lock held. There is a work to do: somebody has to come and look. */
void pool_call(struct pool *pool);
/* Queue's lock held. Takes the next work to run, or NULL; puts it away when it has run. */
struct work *work_begin(struct pool *pool);
void work_end(struct pool *pool, struct work *w, unsigned colour);
