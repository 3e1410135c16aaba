/* test_workq.c - work queues: order, delay, cancelling in every state, waiting for works that sleep. */
#include <kernel/clock.h>
#include <kernel/ktest.h>
#include <kernel/sem.h>
#include <kernel/smp.h>
#include <kernel/workq_pool.h>
#include <lib/util.h>
#include <stdatomic.h>

enum { WORKS = 6 };

static struct workqueue *wq;
static struct work works[WORKS];
static struct semaphore gate;    /* works of kind `wait at the gate` stop here, */
static struct semaphore arrived; /* and say so */
static atomic_uint begun, ended;

static void run_and_note(void *arg)
{
    (void)arg;
    atomic_fetch_add(&begun, 1);
    atomic_fetch_add(&ended, 1);
}

static void wait_at_gate(void *arg)
{
    (void)arg;
    atomic_fetch_add(&begun, 1);
    sem_up(&arrived);
    sem_down(&gate);
    atomic_fetch_add(&ended, 1);
}

static void init_works(void (*fn)(void *))
{
    sem_init(&gate, "gate", 0);
    sem_init(&arrived, "arrived", 0);
    atomic_store(&begun, 0);
    atomic_store(&ended, 0);
    for (uintptr_t i = 0; i < WORKS; i++)
        work_init(&works[i], fn, (void *)i);
}

/* All on one CPU, whichever the tester is on. */
static bool queue(unsigned i)
{
    return work_queue_on(0, wq, &works[i]);
}

static bool begin(void (*fn)(void *))
{
    init_works(fn);
    wq = KTEST_ALLOC(workq_create("test", PRIO_NORMAL));
    if (wq == NULL)
        ktest_fail("no memory for a work queue");
    return wq != NULL;
}

static unsigned workers(void)
{
    unsigned long s = spin_lock(&wq->lock);
    unsigned n = wq->alive;
    spin_unlock(&wq->lock, s);
    return n;
}

/* None that came before it is in line any more; which of two that left it runs first says the scheduler. */
static void check_turn(void *arg)
{
    unsigned long s = spin_lock(&wq->lock);
    for (unsigned i = 0; i < (unsigned)(uintptr_t)arg; i++)
        KCHECK((works[i].state & WORK_QUEUED) == 0);
    spin_unlock(&wq->lock, s);
    run_and_note(arg);
}

/* Begun in the order of coming; once, however often queued; flushed when all have run. */
static void test_order(void)
{
    if (!begin(check_turn))
        return;
    for (unsigned round = 0; round < 3; round++) {
        atomic_store(&begun, 0);
        unsigned long s = hal_irq_save(); /* none runs before all are queued, on this CPU at least */
        for (unsigned i = 0; i < WORKS; i++)
            KCHECK(queue(i));
        hal_irq_restore(s);
        workq_flush(wq);
        KCHECK(atomic_load(&begun) == WORKS && atomic_load(&ended) == WORKS * (round + 1));
    }
    workq_flush(wq);
    workq_drain(wq);
    workq_destroy(wq);
}
KTEST("workq-order", test_order);

/* Every CPU runs what is queued there, and what is queued here runs here. */
static atomic_uint ran_on[MAX_CPUS];

static void note_cpu(void *arg)
{
    unsigned long s = hal_irq_save();
    unsigned cpu = this_cpu()->index;
    hal_irq_restore(s);
    atomic_fetch_add(&ran_on[cpu], 1);
    if ((unsigned)(uintptr_t)arg != cpu)
        ktest_fail("work of CPU %u ran on CPU %u", (unsigned)(uintptr_t)arg, cpu);
}

static void test_cpus(void)
{
    static struct work on[MAX_CPUS];
    if (!begin(run_and_note))
        return;
    for (uint32_t set = smp_online(); set != 0; set &= set - 1) {
        unsigned cpu = bit_lowest32(set);
        atomic_store(&ran_on[cpu], 0);
        work_init(&on[cpu], note_cpu, (void *)(uintptr_t)cpu);
        KCHECK(work_queue_on(cpu, wq, &on[cpu]));
    }
    workq_flush(wq);
    for (uint32_t set = smp_online(); set != 0; set &= set - 1)
        KCHECK(atomic_load(&ran_on[bit_lowest32(set)]) == 1);
    KCHECK(workers() == smp_count());
    workq_destroy(wq);
}
KTEST("workq-cpus", test_cpus);

static uint64_t ran_at;

static void note_time(void *arg)
{
    (void)arg;
    ran_at = hal_timer_now();
    atomic_fetch_add(&ended, 1);
}

static void test_delay(void)
{
    if (!begin(note_time))
        return;
    uint64_t when = clock_in_ms(7);
    KCHECK(work_queue_in_ms(wq, &works[0], 7));
    KCHECK(!work_queue_in_ms(wq, &works[0], 1) && !queue(0)); /* it is waiting already */
    work_flush(&works[0]);
    workq_flush(wq);
    KCHECK(atomic_load(&ended) == 0); /* what is delayed is not queued yet */
    workq_drain(wq);
    KCHECK(atomic_load(&ended) == 1);
    KCHECK(ran_at >= when && ran_at < when + clock_ticks_from_ms(1));
    KCHECK(work_queue_in_ms(wq, &works[0], 0));
    workq_drain(wq);
    KCHECK(atomic_load(&ended) == 2);
    workq_destroy(wq);
}
KTEST("workq-delay", test_delay);

/* Never queued, delayed, queued, running, running and queued again, done. */
static void test_cancel(void)
{
    if (!begin(wait_at_gate))
        return;
    KCHECK(!work_cancel(&works[0]) && !work_cancel_wait(&works[0]));
    work_flush(&works[0]);
    KCHECK(work_queue_in_ms(wq, &works[0], 1));
    KCHECK(work_cancel(&works[0]) && !work_cancel(&works[0]));
    sleep_ms(3);
    KCHECK(atomic_load(&begun) == 0);
    KCHECK(work_queue_in_ms(wq, &works[0], 1) && work_cancel_wait(&works[0]));
    unsigned long s = hal_irq_save();
    KCHECK(queue(0));
    bool cancelled = work_cancel(&works[0]);
    hal_irq_restore(s);
    sleep_ms(1);
    KCHECK(atomic_load(&begun) == !cancelled); /* another CPU may have been faster */
    if (!cancelled)
        sem_up(&gate);
    workq_flush(wq);
    atomic_store(&begun, 0);
    atomic_store(&ended, 0);
    KCHECK(queue(0));
    sleep_ms(1);
    KCHECK(atomic_load(&begun) == 1 && !work_cancel(&works[0]));
    KCHECK(queue(0) && !queue(0)); /* again, once */
    KCHECK(work_cancel(&works[0]) && !work_cancel(&works[0]));
    sem_up(&gate);
    work_flush(&works[0]);
    KCHECK(atomic_load(&begun) == 1 && atomic_load(&ended) == 1);
    KCHECK(!work_cancel(&works[0]) && !work_cancel_wait(&works[0]));
    workq_destroy(wq);
}
KTEST("workq-cancel", test_cancel);

/* Cancelled and waited for while it runs, and although it queues itself for ever. */
static atomic_uint refused;

static void for_ever(void *arg)
{
    struct work *self = arg;
    atomic_fetch_add(&begun, 1);
    if (!work_queue(wq, self))
        atomic_fetch_add(&refused, 1);
    sleep_ms(2);
    if (atomic_load(&begun) % 2 == 0 && !work_cancel(self))
        atomic_fetch_add(&refused, 1);
    work_queue_in_ms(wq, self, 1);
    atomic_fetch_add(&ended, 1);
}

static void test_cancel_wait(void)
{
    if (!begin(for_ever))
        return;
    atomic_store(&refused, 0);
    for (unsigned ms = 1; ms < 12; ms++) {
        work_init(&works[0], for_ever, &works[0]);
        unsigned before = atomic_load(&begun);
        KCHECK(queue(0));
        sleep_ms(ms);
        work_cancel_wait(&works[0]);
        unsigned ran = atomic_load(&begun);
        KCHECK(ran > before && atomic_load(&ended) == ran);
        sleep_ms(5);
        KCHECK(atomic_load(&begun) == ran);
    }
    KCHECK(atomic_load(&refused) > 0);
    workq_destroy(wq);
}
KTEST("workq-cancel-and-wait", test_cancel_wait);

/* A flush waits for what was queued before it, not for what comes after; cancelling does not hurry it. */
static atomic_uint flushed;

static void flusher(void *arg)
{
    if (arg != NULL)
        work_flush(arg);
    else
        workq_flush(wq);
    atomic_fetch_add(&flushed, 1);
}

static void test_flush(void)
{
    if (!begin(wait_at_gate))
        return;
    atomic_store(&flushed, 0);
    KCHECK(queue(0));
    sleep_ms(1);
    ktest_spawn("flusher", PRIO_NORMAL, flusher, &works[0]);
    ktest_spawn("flusher", PRIO_NORMAL, flusher, NULL);
    sleep_ms(1);
    KCHECK(queue(1) && queue(0));
    sleep_ms(1);
    KCHECK(work_cancel(&works[0])); /* the second time only */
    sleep_ms(1);
    KCHECK(atomic_load(&flushed) == 0 && atomic_load(&begun) == 2);
    sem_up(&gate);
    while (proc_wait(-1, NULL) > 0) {
    }
    KCHECK(atomic_load(&flushed) == 2 && atomic_load(&ended) == 1);
    sem_up(&gate);
    workq_drain(wq);
    KCHECK(atomic_load(&ended) == 2);
    workq_destroy(wq);
}
KTEST("workq-flush", test_flush);

/* A drain waits for works that queue themselves until they stop. */
static void ten_times(void *arg)
{
    struct work *self = arg;
    if (atomic_fetch_add(&begun, 1) + 1 < 10) {
        if (atomic_load(&begun) % 2 == 0)
            work_queue(wq, self);
        else
            work_queue_in_ms(wq, self, 1);
    }
    atomic_fetch_add(&ended, 1);
}

static void test_drain(void)
{
    if (!begin(run_and_note))
        return;
    work_init(&works[0], ten_times, &works[0]);
    KCHECK(queue(0));
    workq_drain(wq);
    KCHECK(atomic_load(&begun) == 10 && atomic_load(&ended) == 10);
    KCHECK(workers() == smp_count()); /* one that queues itself needs no second worker */
    atomic_store(&begun, 0);
    KCHECK(queue(0));
    workq_destroy(wq); /* drains */
    KCHECK(atomic_load(&begun) == 10);
}
KTEST("workq-drain", test_drain);

/* Works that sleep do not stall those behind them, up to as many as there may be workers. */
static void test_sleeping_work(void)
{
    if (!begin(wait_at_gate))
        return;
    for (unsigned i = 0; i + 1 < WORKS; i++)
        KCHECK(queue(i));
    works[WORKS - 1].fn = run_and_note;
    KCHECK(queue(WORKS - 1));
    work_flush(&works[WORKS - 1]);
    /* The others left the line before; perhaps they have yet to run. */
    for (unsigned i = 0; i + 1 < WORKS; i++)
        sem_down(&arrived);
    KCHECK(atomic_load(&begun) == WORKS && atomic_load(&ended) == 1);
    KCHECK(workers() >= smp_count() + WORKS - 2);
    for (unsigned i = 0; i + 1 < WORKS; i++)
        sem_up(&gate);
    workq_drain(wq);
    KCHECK(atomic_load(&ended) == WORKS);
    sleep_ms(2 * WORKER_IDLE_MS);
    KCHECK(workers() == smp_count()); /* those too many have gone */
    KCHECK(queue(WORKS - 1));
    workq_destroy(wq);
}
KTEST("workq-sleeping-work", test_sleeping_work);

/* Queued, and cancelled, in interrupts. */
static void queue_some(void *arg)
{
    (void)arg;
    for (unsigned i = 0; i < WORKS; i++)
        KCHECK(queue(i));
    atomic_fetch_add(&refused, work_cancel(&works[2]));
}

static void test_from_interrupt(void)
{
    struct timeout t;
    if (!begin(run_and_note))
        return;
    atomic_store(&refused, 0);
    timeout_init(&t, queue_some, NULL);
    for (unsigned round = 1; round <= 10; round++) {
        timeout_add(&t, clock_in_ms(1));
        sleep_ms(3);
        workq_flush(wq);
        KCHECK(atomic_load(&ended) + atomic_load(&refused) == WORKS * round);
    }
    timeout_cancel(&t);
    workq_destroy(wq);
}
KTEST("workq-from-interrupt", test_from_interrupt);
