/*
 * workq_pool.c - workers: the threads that run works.
 *
 * The rule: while works wait, somebody is coming to look: a worker that is READY behind the running one, and
 * gets the CPU as soon as that one sleeps, or its turn is over. Whoever queues a work calls one, and a worker
 * that begins a work with more behind it calls one first. The scheduler need not tell us who sleeps. When
 * nobody is idle the keeper makes a new worker; until it can, the works wait for those that there are.
 *
 * The keeper is the parent of all workers, so that nobody else finds them among his children.
 */
#include <kernel/clock.h>
#include <kernel/kassert.h>
#include <kernel/kmalloc.h>
#include <kernel/proc.h>
#include <kernel/sched.h>
#include <kernel/smp.h>
#include <kernel/workq_pool.h>
#include <lib/string.h>
#include <lib/util.h>
#include <uapi/errno.h>

static struct {
    struct mutex lock;
    struct semaphore calls; /* a worker is wanted, or leaves */
    struct list queues;
} keeper = { .lock = MUTEX_INIT(keeper.lock, "work queues"),
             .calls = SEM_INIT(keeper.calls, "keeper of workers", 0),
             .queues = LIST_INIT(keeper.queues) };

void pool_call(struct pool *pool)
{
    if (pool->coming)
        return;
    if (pool->idle > 0) {
        pool->idle--;
        pool->coming = true;
        sem_up(&pool->calls);
    } else if (pool->workers < WORKERS_MOST && !pool->wanted) {
        pool->wanted = true;
        sem_up(&keeper.calls);
    }
}

/* Lock held. Runs works until there is none; the lock is let go for each. */
static void run_works(struct pool *pool)
{
    struct spinlock *lock = &pool->wq->lock;
    struct work *w;
    while ((w = work_begin(pool)) != NULL) {
        unsigned colour = w->colour;
        if (!list_empty(&pool->works))
            pool_call(pool);
        spin_unlock_raw(lock);
        hal_irq_enable();
        w->fn(w->arg);
        KASSERT(hal_irq_enabled());
        spin_lock(lock);
        work_end(pool, w, colour);
    }
}

/* Lock held, let go to sleep, held again. Waits to be called; returns whether to go on. */
static bool be_idle(struct pool *pool)
{
    if (pool->wq->ending)
        return false;
    uint64_t when = pool->workers > 1 ? clock_in_ms(WORKER_IDLE_MS) : WAIT_FOR_EVER;
    pool->idle++;
    spin_unlock_raw(&pool->wq->lock);
    hal_irq_enable();
    bool called = sem_down_timeout(&pool->calls, when) == 0;
    spin_lock(&pool->wq->lock);
    if (called || sem_try_down(&pool->calls)) { /* the latter: called after all, just now */
        pool->coming = false;
        return true;
    }
    pool->idle--;
    return pool->workers == 1; /* who has been idle for long leaves, but for the last one */
}

static void worker(void *arg)
{
    struct worker *self = arg;
    struct pool *pool = self->pool;
    spin_lock(&pool->wq->lock);
    pool->coming = false;
    do {
        run_works(pool);
    } while (be_idle(pool));
    pool->workers--;
    self->state = WORKER_LEAVING;
    spin_unlock_raw(&pool->wq->lock);
    hal_irq_enable();
    sem_up(&keeper.calls); /* the queue lives until the keeper has buried us */
}

/* Keeper. */
static void bury(struct worker *dead)
{
    struct workqueue *wq = dead->pool->wq;
    proc_wait(dead->pid, NULL);
    unsigned long s = spin_lock(&wq->lock);
    dead->state = WORKER_NONE;
    wq->alive--;
    spin_unlock(&wq->lock, s);
}

/* Keeper. Returns whether there is one worker more. */
static bool make_worker(struct pool *pool, unsigned cpu)
{
    struct workqueue *wq = pool->wq;
    struct worker *w = pool->worker;
    unsigned long s = spin_lock(&wq->lock);
    while (w < &pool->worker[WORKERS_MOST] && w->state != WORKER_NONE)
        w++;
    if (w == &pool->worker[WORKERS_MOST]) { /* one of them is about to be buried */
        spin_unlock(&wq->lock, s);
        return false;
    }
    w->state = WORKER_ALIVE;
    wq->alive++;
    pool->workers++;
    pool->coming = true;
    spin_unlock(&wq->lock, s);
    w->pool = pool;
    w->pid = proc_spawn_on(1u << cpu, wq->name, wq->prio, worker, w);
    if (w->pid > 0)
        return true;
    s = spin_lock(&wq->lock);
    w->state = WORKER_NONE;
    wq->alive--;
    pool->workers--;
    pool->coming = false;
    spin_unlock(&wq->lock, s);
    return false;
}

/* Keeper. Returns whether all is done that was to be done for one CPU. */
static bool serve_pool(struct pool *pool, unsigned cpu)
{
    struct workqueue *wq = pool->wq;
    for (unsigned i = 0; i < WORKERS_MOST; i++) {
        unsigned long s = spin_lock(&wq->lock);
        bool leaving = pool->worker[i].state == WORKER_LEAVING;
        spin_unlock(&wq->lock, s);
        if (leaving)
            bury(&pool->worker[i]);
    }
    unsigned long s = spin_lock(&wq->lock);
    pool->wanted = pool->wanted && !list_empty(&pool->works) && !pool->coming;
    bool wanted = pool->wanted || wq->starting;
    spin_unlock(&wq->lock, s);
    if (!wanted)
        return true;
    bool made = make_worker(pool, cpu);
    s = spin_lock(&wq->lock);
    pool->wanted = pool->wanted && !made;
    spin_unlock(&wq->lock, s);
    return made;
}

/* Keeper, its lock held. Returns whether to try again soon. */
static bool serve(struct workqueue *wq)
{
    bool served = true;
    for (uint32_t set = wq->cpus; set != 0; set &= set - 1)
        served &= serve_pool(&wq->pool[bit_lowest32(set)], bit_lowest32(set));
    if (wq->starting) {
        wq->starting = false;
        wq->error = served ? 0 : -ENOMEM;
        complete(&wq->ready);
        served = true;
    }
    unsigned long s = spin_lock(&wq->lock);
    bool gone = wq->ending && wq->alive == 0;
    spin_unlock(&wq->lock, s);
    if (gone)
        complete_all(&wq->gone);
    return !served;
}

void workq_keeper(void *arg)
{
    bool again = false;
    (void)arg;
    for (;;) {
        sem_down_timeout(&keeper.calls, again ? clock_in_ms(KEEPER_RETRY_MS) : WAIT_FOR_EVER);
        again = false;
        mutex_lock(&keeper.lock);
        struct workqueue *wq;
        list_for_each_entry(wq, &keeper.queues, link)
            again |= serve(wq);
        mutex_unlock(&keeper.lock);
    }
}

static void init_pool(struct pool *pool, struct workqueue *wq)
{
    pool->wq = wq;
    list_init(&pool->works);
    sem_init(&pool->calls, wq->name, 0);
}

struct workqueue *workq_create(const char *name, unsigned prio)
{
    struct workqueue *wq = kmalloc(sizeof(*wq));
    if (wq == NULL)
        return NULL;
    memset(wq, 0, sizeof(*wq));
    wq->name = name;
    wq->prio = prio;
    wq->cpus = smp_online();
    wq->starting = true;
    spin_init(&wq->lock, name, RANK_WORKQ);
    completion_init(&wq->ready, name);
    completion_init(&wq->gone, name);
    mutex_init(&wq->flushing, name);
    waitq_init(&wq->progress, name);
    for (uint32_t set = wq->cpus; set != 0; set &= set - 1)
        init_pool(&wq->pool[bit_lowest32(set)], wq);
    mutex_lock(&keeper.lock);
    list_add_tail(&keeper.queues, &wq->link);
    mutex_unlock(&keeper.lock);
    sem_up(&keeper.calls);
    completion_wait(&wq->ready);
    if (wq->error == 0)
        return wq;
    workq_destroy(wq);
    return NULL;
}

void workq_destroy(struct workqueue *wq)
{
    workq_drain(wq);
    unsigned long s = spin_lock(&wq->lock);
    wq->ending = true;
    for (uint32_t set = wq->cpus; set != 0; set &= set - 1) {
        struct pool *pool = &wq->pool[bit_lowest32(set)];
        for (; pool->idle > 0; pool->idle--)
            sem_up(&pool->calls);
    }
    spin_unlock(&wq->lock, s);
    sem_up(&keeper.calls);
    completion_wait(&wq->gone);
    mutex_lock(&keeper.lock);
    list_del(&wq->link);
    mutex_unlock(&keeper.lock);
    kfree(wq);
}
