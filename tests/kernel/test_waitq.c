/* test_waitq.c - wait queues: who is woken, who gives up, and that no wake-up is lost on the way. */
#include <kernel/clock.h>
#include <kernel/ktest.h>
#include <kernel/sched.h>
#include <kernel/waitq.h>
#include <stdatomic.h>

/* wake_one wakes in the order of coming, one each; wake_all all. */
enum { WAITERS = 5 };
static struct waitq queue;
static atomic_uint tickets, served;
static unsigned woken_order[WAITERS];

static void waiter(void *arg)
{
    wait_event(&queue, atomic_load(&tickets) > atomic_load(&served));
    woken_order[atomic_fetch_add(&served, 1)] = (unsigned)(uintptr_t)arg;
}

static void spawn_waiters(void)
{
    waitq_init(&queue, "test");
    atomic_store(&tickets, 0);
    atomic_store(&served, 0);
    for (uintptr_t i = 0; i < WAITERS; i++)
        ktest_spawn("waiter", PRIO_NORMAL, waiter, (void *)i);
    sleep_ms(1); /* all reach the queue */
}

static void test_wake_one(void)
{
    spawn_waiters();
    for (unsigned i = 0; i < WAITERS; i++) {
        atomic_fetch_add(&tickets, 1);
        waitq_wake_one(&queue);
        KCHECK(proc_wait(-1, NULL) > 0);
        KCHECK(atomic_load(&served) == i + 1);
        KCHECK(woken_order[i] == i);
    }
}
KTEST("waitq-wake-one", test_wake_one);

static void test_wake_all(void)
{
    spawn_waiters();
    atomic_store(&tickets, WAITERS);
    waitq_wake_all(&queue);
    while (proc_wait(-1, NULL) > 0) {
    }
    KCHECK(atomic_load(&served) == WAITERS);
}
KTEST("waitq-wake-all", test_wake_all);

/*
 * A wake-up that finds a waiter which no longer needs it goes on to the next. The condition of the first
 * waiter brings the second one behind it, then what both wait for, with one wake-up.
 */
static atomic_uint looks;

static void second(void *arg)
{
    (void)arg;
    wait_event(&queue, atomic_load(&tickets) > atomic_load(&served));
    atomic_fetch_add(&served, 1);
}

static bool find_all_at_once(void)
{
    if (atomic_fetch_add(&looks, 1) == 0)
        return false; /* before it joins the queue */
    ktest_spawn("second", PRIO_NORMAL, second, NULL);
    sleep_ms(1); /* it waits behind us */
    atomic_store(&tickets, 2);
    waitq_wake_one(&queue);
    return true;
}

static void begin_goes_on(void)
{
    waitq_init(&queue, "test");
    atomic_store(&tickets, 0);
    atomic_store(&served, 0);
    atomic_store(&looks, 0);
}

static void end_goes_on(void)
{
    atomic_fetch_add(&served, 1);
    sleep_ms(1);
    KCHECK(atomic_load(&served) == 2);
    atomic_fetch_add(&tickets, 1);
    waitq_wake_all(&queue);
    while (proc_wait(-1, NULL) > 0) {
    }
}

static void test_wake_goes_on(void)
{
    begin_goes_on();
    wait_event(&queue, find_all_at_once());
    end_goes_on();
}
KTEST("waitq-wake-goes-on", test_wake_goes_on);

/* The same when the first one gives up, because its time is over, instead of finding something. */
static bool find_nothing_too_late(void)
{
    if (atomic_fetch_add(&looks, 1) != 1)
        return false;
    ktest_spawn("second", PRIO_NORMAL, second, NULL);
    sleep_ms(5); /* it waits behind us, and our time is over */
    atomic_store(&tickets, 1);
    waitq_wake_one(&queue);
    return false;
}

static void test_wake_goes_on_late(void)
{
    begin_goes_on();
    KCHECK(wait_event_timeout(&queue, find_nothing_too_late(), clock_in_ms(3)) == -ETIMEDOUT);
    sleep_ms(1);
    KCHECK(atomic_load(&served) == 1);
    atomic_fetch_add(&tickets, 1);
    waitq_wake_all(&queue);
    while (proc_wait(-1, NULL) > 0) {
    }
}
KTEST("waitq-wake-goes-on-late", test_wake_goes_on_late);

/* Limits are kept to the tick; what holds when time is over, holds. */
static void test_wait_limits(void)
{
    waitq_init(&queue, "test");
    for (unsigned ms = 1; ms <= 64; ms *= 4) {
        uint64_t when = clock_in_ms(ms);
        KCHECK(wait_event_timeout(&queue, false, when) == -ETIMEDOUT);
        uint64_t late = hal_timer_now() - when;
        KCHECK(late < clock_ticks_from_ms(1));
    }
    KCHECK(wait_event_timeout(&queue, false, 0) == -ETIMEDOUT);
    KCHECK(wait_event_timeout(&queue, true, 0) == 0);
    uint64_t when = clock_in_ms(2);
    KCHECK(wait_event_timeout(&queue, hal_timer_now() >= when, when) == 0);
    KCHECK(list_empty(&queue.waiters));
}
KTEST("waitq-limits", test_wait_limits);

/* Asked to end: those that can be interrupted return, the others go on waiting. */
static atomic_int kill_results[3];

static void killable_waiter(void *arg)
{
    unsigned kind = (unsigned)(uintptr_t)arg;
    int result = 1;
    if (kind == 0)
        result = wait_event_killable(&queue, atomic_load(&tickets) > 0);
    else if (kind == 1)
        result = wait_event_killable_timeout(&queue, atomic_load(&tickets) > 0, clock_in_ms(1000));
    else
        wait_event(&queue, atomic_load(&tickets) > 0);
    atomic_store(&kill_results[kind], result);
}

static void test_kill(void)
{
    int pid[3];
    waitq_init(&queue, "test");
    atomic_store(&tickets, 0);
    for (unsigned i = 0; i < 3; i++) {
        atomic_store(&kill_results[i], 99);
        pid[i] = ktest_spawn("waiter", PRIO_NORMAL, killable_waiter, (void *)(uintptr_t)i);
    }
    sleep_ms(1);
    for (unsigned i = 0; i < 3; i++)
        KCHECK(proc_kill(pid[i]) == 0);
    sleep_ms(1);
    KCHECK(atomic_load(&kill_results[0]) == -EINTR);
    KCHECK(atomic_load(&kill_results[1]) == -EINTR);
    KCHECK(atomic_load(&kill_results[2]) == 99);
    atomic_store(&tickets, 1);
    waitq_wake_all(&queue);
    for (unsigned i = 0; i < 3; i++)
        KCHECK(proc_wait(pid[i], NULL) == pid[i]);
    KCHECK(atomic_load(&kill_results[2]) == 1);
}
KTEST("waitq-kill", test_kill);

/* The condition comes before the wish to end: a wake-up is not wasted on one that goes. */
static void killed_but_served(void *arg)
{
    (void)arg;
    while (!proc_killed())
        sched_yield();
    atomic_store(&kill_results[0], wait_event_killable(&queue, atomic_load(&tickets) > 0));
    atomic_store(&kill_results[1], wait_event_killable(&queue, false));
}

static void test_kill_condition_first(void)
{
    waitq_init(&queue, "test");
    atomic_store(&tickets, 1);
    int pid = ktest_spawn("waiter", PRIO_NORMAL, killed_but_served, NULL);
    KCHECK(proc_kill(pid) == 0);
    KCHECK(proc_wait(pid, NULL) == pid);
    KCHECK(atomic_load(&kill_results[0]) == 0 && atomic_load(&kill_results[1]) == -EINTR);
}
KTEST("waitq-kill-condition-first", test_kill_condition_first);

/* Wake-ups from an interrupt. */
static void wake_from_interrupt(void *arg)
{
    (void)arg;
    atomic_fetch_add(&tickets, WAITERS);
    waitq_wake_all(&queue);
}

static void test_wake_from_interrupt(void)
{
    struct timeout t;
    spawn_waiters();
    timeout_init(&t, wake_from_interrupt, NULL);
    timeout_add(&t, clock_in_ms(2));
    while (proc_wait(-1, NULL) > 0) {
    }
    KCHECK(atomic_load(&served) == WAITERS);
    for (unsigned i = 0; i < WAITERS; i++)
        KCHECK(woken_order[i] < WAITERS);
    KCHECK(!timeout_cancel(&t));
}
KTEST("waitq-wake-from-interrupt", test_wake_from_interrupt);
