/*
 * stress_sync.c - waiting, excluding and deferring on all CPUs at once, for long: each by its name only.
 *
 * Whatever is lost hangs the test, and the harness's time limit finds it; whatever is done twice is counted.
 */
#include "load.h"

#include <kernel/clock.h>
#include <kernel/completion.h>
#include <kernel/kmalloc.h>
#include <kernel/ktest.h>
#include <kernel/mutex.h>
#include <kernel/sched.h>
#include <kernel/sem.h>
#include <kernel/smp.h>
#include <kernel/workq.h>
#include <lib/util.h>
#include <stdatomic.h>

static unsigned cpu_number(unsigned i)
{
    uint32_t set = smp_online();
    for (i %= smp_count(); i > 0; i--)
        set &= set - 1;
    return bit_lowest32(set);
}

static void spawn(unsigned i, void (*fn)(void *))
{
    if (KTEST_CALL(proc_spawn_on(1u << cpu_number(i), "stress", PRIO_NORMAL, fn, (void *)(uintptr_t)i)) < 0)
        ktest_fail("no memory for thread %u", i);
}

static void wait_for_children(void)
{
    while (proc_wait(-1, NULL) > 0) {
    }
}

/*
 * A ring of threads, each on the next CPU. A token goes round it: by semaphore, by event with a limit that
 * now and then is over, by completion.
 */
enum { RING = 6, HAND_OVERS = 1000000 };

static struct {
    struct semaphore sem;
    struct waitq queue;
    atomic_uint here;
    struct completion completion;
    unsigned got;
} ring[RING];

static unsigned rounds, timed_out;

static void take_token(unsigned i, unsigned how)
{
    if (how == 0) {
        sem_down(&ring[i].sem);
    } else if (how == 1) {
        uint64_t limit = clock_ticks_from_ms(1) / 64;
        while (wait_event_timeout(&ring[i].queue, atomic_load(&ring[i].here) != 0, hal_timer_now() + limit) !=
               0)
            timed_out++;
        atomic_store(&ring[i].here, 0);
    } else {
        completion_wait(&ring[i].completion);
    }
}

static void give_token(unsigned i, unsigned how)
{
    if (how == 0) {
        sem_up(&ring[i].sem);
    } else if (how == 1) {
        atomic_store(&ring[i].here, 1);
        waitq_wake_one(&ring[i].queue);
    } else {
        complete(&ring[i].completion);
    }
}

static void pass_on(void *arg)
{
    unsigned i = (unsigned)(uintptr_t)arg;
    for (unsigned n = 0; n < rounds; n++) {
        take_token(i, n % 3);
        ring[i].got++;
        /* the last one passes it to the next round */
        give_token((i + 1) % RING, (i + 1 < RING ? n : n + 1) % 3);
    }
}

static void wait_stress(void)
{
    rounds = HAND_OVERS / RING;
    timed_out = 0;
    for (unsigned i = 0; i < RING; i++) {
        sem_init(&ring[i].sem, "ring", 0);
        waitq_init(&ring[i].queue, "ring");
        completion_init(&ring[i].completion, "ring");
        atomic_store(&ring[i].here, 0);
        ring[i].got = 0;
    }
    for (unsigned i = 0; i < RING; i++)
        spawn(i, pass_on);
    give_token(0, 0);
    wait_for_children();
    for (unsigned i = 0; i < RING; i++)
        KCHECK(ring[i].got == rounds);
}
KTEST_SLOW("wait-stress", wait_stress);

/* Some lock, some give up, some are preempted with it; two numbers must stay equal. */
enum { LOCKERS = 8, LOCKS = 20000 };

static struct mutex mutex;
static volatile unsigned one_hand, other_hand;
static atomic_uint locked;

static void locker(void *arg)
{
    uint32_t random = 1 + (unsigned)(uintptr_t)arg;
    for (unsigned n = 0; n < LOCKS; n++) {
        unsigned how = load_random_below(&random, 8);
        if (how == 0   ? !mutex_trylock(&mutex)
            : how == 1 ? mutex_lock_timeout(&mutex, hal_timer_now() + load_random_below(&random, 500)) != 0
            : how == 2 ? mutex_lock_killable(&mutex) != 0
                       : (mutex_lock(&mutex), false))
            continue;
        unsigned was = one_hand++;
        if (load_random_below(&random, 16) == 0)
            sched_yield();
        if (was != other_hand)
            ktest_fail("%u in one hand, %u in the other", was, other_hand);
        other_hand++;
        mutex_unlock(&mutex);
        atomic_fetch_add(&locked, 1);
    }
}

static void mutex_torture(void)
{
    mutex_init(&mutex, "torture");
    one_hand = other_hand = 0;
    atomic_store(&locked, 0);
    for (unsigned i = 0; i < LOCKERS; i++)
        spawn(i, locker);
    wait_for_children();
    KCHECK(one_hand == atomic_load(&locked) && other_hand == one_hand);
    KCHECK(one_hand > LOCKERS * LOCKS / 2);
    KCHECK(atomic_load(&mutex.owner) == 0 && list_empty(&mutex.waiters.waiters));
}
KTEST_SLOW("mutex-torture", mutex_torture);

/* Works are queued, delayed, cancelled and waited for by several threads; runs and cancels must add up. */
enum { QUEUERS = 6, ITEMS = 12, QUEUES = 20000 };

static struct workqueue *wq;
static struct {
    struct work work;
    atomic_uint running, ran, queued;
} item[ITEMS];

static void run_item(void *arg)
{
    unsigned i = (unsigned)(uintptr_t)arg;
    if (atomic_fetch_add(&item[i].running, 1) != 0)
        ktest_fail("work %u runs twice at a time", i);
    if (atomic_fetch_add(&item[i].ran, 1) % 64 == i)
        sleep_ms(1);
    atomic_fetch_sub(&item[i].running, 1);
}

static void queuer(void *arg)
{
    uint32_t random = 1 + (unsigned)(uintptr_t)arg;
    for (unsigned n = 0; n < QUEUES; n++) {
        unsigned i = load_random_below(&random, ITEMS), how = load_random_below(&random, 16);
        struct work *w = &item[i].work;
        bool queued = false, cancelled = false;
        if (how < 10)
            queued = work_queue_on(cpu_number(load_random(&random) >> 16), wq, w);
        else if (how < 13)
            queued = work_queue_in_ms(wq, w, load_random_below(&random, 2));
        else if (how == 13)
            cancelled = work_cancel(w);
        else if (how == 14)
            cancelled = work_cancel_wait(w);
        else if (n % 16 == 0)
            workq_flush(wq);
        else
            work_flush(w);
        atomic_fetch_add(&item[i].queued, (unsigned)queued - (unsigned)cancelled);
        if (n % 8 == 0)
            sched_yield();
    }
}

static void workq_stress(void)
{
    wq = KTEST_ALLOC(workq_create("stress", PRIO_NORMAL));
    if (wq == NULL) {
        ktest_fail("no memory for a work queue");
        return;
    }
    for (unsigned i = 0; i < ITEMS; i++) {
        work_init(&item[i].work, run_item, (void *)(uintptr_t)i);
        atomic_store(&item[i].running, 0);
        atomic_store(&item[i].ran, 0);
        atomic_store(&item[i].queued, 0);
    }
    for (unsigned i = 0; i < QUEUERS; i++)
        spawn(i, queuer);
    wait_for_children();
    workq_drain(wq);
    for (unsigned i = 0; i < ITEMS; i++)
        KCHECK(atomic_load(&item[i].ran) == atomic_load(&item[i].queued));
    workq_destroy(wq);
}
KTEST_SLOW("workq-stress", workq_stress);
