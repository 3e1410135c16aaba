/* bench_sync.c - what waiting, excluding and deferring cost, on one CPU. */
#include "bench.h"

#include <kernel/completion.h>
#include <kernel/mutex.h>
#include <kernel/sched.h>
#include <kernel/sem.h>
#include <kernel/timeout.h>
#include <kernel/workq.h>

enum { LOOPS = 10000 };

static struct mutex mutex;
static struct semaphore sem, ping, pong;
static struct completion completion;

/* The row `name`: what stands in body, without the loop around it. */
#define BENCH_PAIR(name, body)                                                   \
    do {                                                                         \
        uint64_t start_ = hal_timer_now();                                       \
        for (unsigned i_ = 0; i_ < LOOPS; i_++) {                                \
            body                                                                 \
        }                                                                        \
        bench_report(name, ns_since(start_), bench_empty_loop_ns(LOOPS), LOOPS); \
    } while (0)

static void nothing(void *arg)
{
    (void)arg;
}

/* Uncontended: nobody waits, nobody has to. */
static void bench_pairs(void)
{
    mutex_init(&mutex, "bench");
    BENCH_PAIR("mutex-pair", mutex_lock(&mutex); mutex_unlock(&mutex););
    sem_init(&sem, "bench", 0);
    BENCH_PAIR("semaphore-pair", sem_up(&sem); sem_down(&sem););
    completion_init(&completion, "bench");
    BENCH_PAIR("completion-pair", complete(&completion); completion_wait(&completion););
    struct timeout t;
    timeout_init(&t, nothing, NULL);
    uint64_t when = clock_in_ms(100000);
    BENCH_PAIR("timeout-add-cancel", timeout_add(&t, when); timeout_cancel(&t););
}

static void answer(void *arg)
{
    (void)arg;
    for (unsigned i = 0; i < LOOPS + 1; i++) {
        sem_down(&ping);
        sem_up(&pong);
    }
}

/* One round: two ups, two downs that sleep, two switches. */
static void bench_ping_pong(void)
{
    sem_init(&ping, "ping", 0);
    sem_init(&pong, "pong", 0);
    if (proc_spawn("answer", PRIO_NORMAL, answer, NULL) < 0) {
        bench_skip("semaphore-ping-pong", "no memory");
        return;
    }
    sem_up(&ping);
    sem_down(&pong);
    BENCH_PAIR("semaphore-ping-pong", sem_up(&ping); sem_down(&pong););
    proc_wait(-1, NULL);
}

/* From the wake-up to what follows wait_event() in the thread that it was for. */
static struct waitq queue;
static volatile unsigned asked;
static volatile uint64_t asked_at;
static uint64_t took;

static void waiter(void *arg)
{
    (void)arg;
    for (unsigned i = 1; i <= LOOPS; i++) {
        wait_event(&queue, asked == i);
        took += hal_timer_now() - asked_at;
    }
}

static void bench_event(void)
{
    waitq_init(&queue, "bench");
    took = asked = 0;
    if (proc_spawn("waiter", PRIO_NORMAL, waiter, NULL) < 0) {
        bench_skip("event-wake-run", "no memory");
        return;
    }
    sched_yield();
    for (unsigned i = 0; i < LOOPS; i++) {
        asked_at = hal_timer_now();
        asked++;
        waitq_wake_one(&queue);
        sched_yield();
    }
    bench_report("event-wake-run", clock_ns_from_ticks(took), 0, LOOPS);
    proc_wait(-1, NULL);
}

/* From work_queue() to the function in the worker. */
static void note_time(void *arg)
{
    (void)arg;
    took += hal_timer_now() - asked_at;
}

static void bench_work(void)
{
    struct work work;
    struct workqueue *wq = workq_create("bench", PRIO_NORMAL);
    if (wq == NULL) {
        bench_skip("work-queue-to-run", "no memory");
        return;
    }
    work_init(&work, note_time, NULL);
    took = 0;
    for (unsigned i = 0; i < LOOPS; i++) {
        asked_at = hal_timer_now();
        work_queue(wq, &work);
        sched_yield();
    }
    work_flush(&work);
    bench_report("work-queue-to-run", clock_ns_from_ticks(took), 0, LOOPS);
    workq_destroy(wq);
}

void bench_sync(void)
{
    bench_pairs();
    bench_ping_pong();
    bench_event();
    bench_work();
}
