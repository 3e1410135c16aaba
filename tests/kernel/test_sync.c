/* test_sync.c - mutexes, semaphores, completions: who gets what, in which order, and who gives up. */
#include <kernel/clock.h>
#include <kernel/completion.h>
#include <kernel/ktest.h>
#include <kernel/mutex.h>
#include <kernel/sched.h>
#include <kernel/sem.h>
#include <stdatomic.h>

enum { THREADS = 5 };

static struct mutex mutex;
static struct semaphore sem;
static struct completion completion;
static atomic_uint served, order[THREADS];
static atomic_int results[THREADS];

static void wait_for_children(void)
{
    while (proc_wait(-1, NULL) > 0) {
    }
}

static void note(unsigned who, int result)
{
    atomic_store(&order[atomic_fetch_add(&served, 1)], who);
    atomic_store(&results[who], result);
}

/* Each reaches what it waits for before the next is started. */
static void spawn_in_order(void (*fn)(void *), unsigned n, int *pids)
{
    atomic_store(&served, 0);
    for (unsigned i = 0; i < n; i++) {
        atomic_store(&results[i], 99);
        int pid = ktest_spawn("waiter", PRIO_NORMAL, fn, (void *)(uintptr_t)i);
        if (pids != NULL)
            pids[i] = pid;
        sleep_ms(1);
    }
}

static void check_order(unsigned n)
{
    KCHECK(atomic_load(&served) == n);
    for (unsigned i = 0; i < n; i++)
        KCHECK(atomic_load(&order[i]) == i);
}

/* Handed over in the order of coming; the one that unlocks does not overtake. */
static void lock_and_note(void *arg)
{
    mutex_lock(&mutex);
    KCHECK(mutex_held(&mutex));
    note((unsigned)(uintptr_t)arg, 0);
    mutex_unlock(&mutex);
}

static void test_mutex_order(void)
{
    mutex_init(&mutex, "test");
    mutex_lock(&mutex);
    KCHECK(mutex_held(&mutex));
    spawn_in_order(lock_and_note, THREADS, NULL);
    KCHECK(atomic_load(&served) == 0);
    mutex_unlock(&mutex);
    KCHECK(!mutex_held(&mutex) && !mutex_trylock(&mutex)); /* it has a new owner already */
    mutex_lock(&mutex);
    check_order(THREADS);
    mutex_unlock(&mutex);
    wait_for_children();
    KCHECK(mutex_trylock(&mutex));
    mutex_unlock(&mutex);
}
KTEST("mutex-order", test_mutex_order);

/* A limit and a kill end a wait, and those behind are not forgotten. */
static void lock_somehow(void *arg)
{
    unsigned who = (unsigned)(uintptr_t)arg;
    int result = 0;
    if (who == 0)
        result = mutex_lock_timeout(&mutex, clock_in_ms(20));
    else if (who == 1)
        result = mutex_lock_killable(&mutex);
    else
        mutex_lock(&mutex);
    note(who, result);
    if (result == 0)
        mutex_unlock(&mutex);
}

static void test_mutex_giving_up(void)
{
    int pids[3];
    mutex_init(&mutex, "test");
    mutex_lock(&mutex);
    spawn_in_order(lock_somehow, 3, pids);
    proc_kill(pids[1]);
    sleep_ms(1);
    KCHECK(atomic_load(&results[1]) == -EINTR && atomic_load(&results[0]) == 99);
    sleep_ms(20);
    KCHECK(atomic_load(&results[0]) == -ETIMEDOUT && atomic_load(&results[2]) == 99);
    mutex_unlock(&mutex);
    wait_for_children();
    KCHECK(atomic_load(&results[2]) == 0);

    /* all waiters gave up: unlocking is the short way again */
    mutex_lock(&mutex);
    spawn_in_order(lock_somehow, 1, NULL);
    wait_for_children();
    KCHECK(atomic_load(&results[0]) == -ETIMEDOUT);
    KCHECK(atomic_load(&mutex.owner) == (uintptr_t)current());
    mutex_unlock(&mutex);
    KCHECK(atomic_load(&mutex.owner) == 0);
    KCHECK(mutex_lock_timeout(&mutex, 0) == 0);
    KCHECK(!mutex_trylock(&mutex));
    mutex_unlock(&mutex);
    KCHECK(mutex_lock_killable(&mutex) == 0);
    mutex_unlock(&mutex);
}
KTEST("mutex-giving-up", test_mutex_giving_up);

/* What a mutex guards is never seen half-done. Holders are preempted, and sleep. */
enum { ROUNDS = 300 };
static volatile unsigned left_hand, right_hand;

static void both_hands(void *arg)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        mutex_lock(&mutex);
        unsigned was = left_hand++;
        if (i % 64 == (unsigned)(uintptr_t)arg)
            sleep_ms(1);
        else if (i % 4 == 0)
            sched_yield();
        if (was != right_hand)
            ktest_fail("%u on the left, %u on the right", was, right_hand);
        right_hand++;
        mutex_unlock(&mutex);
        if (i % 8 == 0)
            sched_yield();
    }
}

static void test_mutex_excludes(void)
{
    mutex_init(&mutex, "test");
    left_hand = right_hand = 0;
    for (uintptr_t i = 0; i < THREADS; i++)
        ktest_spawn("hands", PRIO_NORMAL, both_hands, (void *)i);
    wait_for_children();
    KCHECK(left_hand == THREADS * ROUNDS && right_hand == THREADS * ROUNDS);
}
KTEST("mutex-excludes", test_mutex_excludes);

/* Units are counted, and go to those that wait in the order of coming. */
static void down_and_note(void *arg)
{
    sem_down(&sem);
    note((unsigned)(uintptr_t)arg, 0);
}

static void test_sem_counts(void)
{
    sem_init(&sem, "test", 2);
    KCHECK(sem_try_down(&sem));
    sem_up(&sem);
    sem_down(&sem);
    sem_down(&sem);
    KCHECK(!sem_try_down(&sem));
    spawn_in_order(down_and_note, THREADS, NULL);
    KCHECK(atomic_load(&served) == 0);
    for (unsigned i = 0; i < THREADS; i++) {
        sem_up(&sem);
        KCHECK(!sem_try_down(&sem)); /* it is the waiter's already */
        KCHECK(proc_wait(-1, NULL) > 0);
        KCHECK(atomic_load(&served) == i + 1);
    }
    check_order(THREADS);
    sem_up(&sem);
    sem_up(&sem);
    KCHECK(sem_try_down(&sem) && sem_try_down(&sem) && !sem_try_down(&sem));
}
KTEST("sem-counts", test_sem_counts);

static void down_somehow(void *arg)
{
    unsigned who = (unsigned)(uintptr_t)arg;
    note(who, who == 0 ? sem_down_timeout(&sem, clock_in_ms(20)) : sem_down_killable(&sem));
}

static void test_sem_giving_up(void)
{
    int pids[2];
    sem_init(&sem, "test", 0);
    uint64_t when = clock_in_ms(3);
    KCHECK(sem_down_timeout(&sem, when) == -ETIMEDOUT);
    KCHECK(hal_timer_now() >= when && hal_timer_now() < when + clock_ticks_from_ms(1));
    spawn_in_order(down_somehow, 2, pids);
    proc_kill(pids[1]);
    KCHECK(proc_wait(pids[1], NULL) == pids[1]);
    KCHECK(atomic_load(&results[1]) == -EINTR && atomic_load(&results[0]) == 99);
    sem_up(&sem);
    wait_for_children();
    KCHECK(atomic_load(&results[0]) == 0);
    sem_up(&sem);
    KCHECK(sem_down_timeout(&sem, 0) == 0 && !sem_try_down(&sem));
}
KTEST("sem-giving-up", test_sem_giving_up);

/* Up, from an interrupt. */
static void up_from_interrupt(void *arg)
{
    (void)arg;
    for (unsigned i = 0; i < THREADS; i++)
        sem_up(&sem);
}

static void test_sem_from_interrupt(void)
{
    struct timeout t;
    sem_init(&sem, "test", 0);
    spawn_in_order(down_and_note, THREADS - 1, NULL);
    timeout_init(&t, up_from_interrupt, NULL);
    timeout_add(&t, clock_in_ms(1));
    wait_for_children();
    check_order(THREADS - 1);
    KCHECK(sem_try_down(&sem) && !sem_try_down(&sem));
    timeout_cancel(&t);
}
KTEST("sem-from-interrupt", test_sem_from_interrupt);

/* A wake-up left over from somewhere else, and one that was for nothing, are no unit. */
static void test_sem_stray_wake(void)
{
    sem_init(&sem, "test", 0);
    atomic_store(&served, 0);
    sched_wake(current());
    KCHECK(sem_down_timeout(&sem, clock_in_ms(2)) == -ETIMEDOUT);
    int pid;
    spawn_in_order(down_and_note, 1, &pid);
    KCHECK(proc_kill(pid) == 0); /* sem_down() is not interrupted by it, but woken */
    sleep_ms(1);
    KCHECK(atomic_load(&served) == 0);
    sem_up(&sem);
    wait_for_children();
    KCHECK(atomic_load(&served) == 1);
}
KTEST("sem-stray-wake", test_sem_stray_wake);

/* One for one, all for all, and again after completion_reinit(). */
static void wait_and_note(void *arg)
{
    completion_wait(&completion);
    note((unsigned)(uintptr_t)arg, 0);
}

static void test_completion(void)
{
    completion_init(&completion, "test");
    KCHECK(!completion_done(&completion));
    for (unsigned round = 0; round < 2; round++) {
        spawn_in_order(wait_and_note, THREADS, NULL);
        complete(&completion);
        KCHECK(proc_wait(-1, NULL) > 0 && atomic_load(&served) == 1);
        sleep_ms(1);
        KCHECK(atomic_load(&served) == 1 && !completion_done(&completion));
        complete_all(&completion);
        wait_for_children();
        check_order(THREADS);
        KCHECK(completion_done(&completion));
        completion_wait(&completion);
        completion_wait(&completion);
        KCHECK(completion_wait_timeout(&completion, 0) == 0);
        KCHECK(completion_wait_killable(&completion) == 0);
        completion_reinit(&completion);
        KCHECK(completion_wait_timeout(&completion, clock_in_ms(1)) == -ETIMEDOUT);
    }
    complete(&completion);
    complete(&completion); /* before anybody waits: both count */
    completion_wait(&completion);
    completion_wait(&completion);
    KCHECK(!completion_done(&completion));
}
KTEST("completion-reuse", test_completion);

/* On the stack of the waiter, which is written over as soon as the wait is over. */
static void complete_it(void *arg)
{
    complete(arg);
}

static __attribute__((noinline)) void wait_on_stack(void)
{
    struct completion c;
    completion_init(&c, "on a stack");
    ktest_spawn("completer", PRIO_NORMAL, complete_it, &c);
    completion_wait(&c);
    for (unsigned char *p = (unsigned char *)&c; p < (unsigned char *)(&c + 1); p++)
        *(volatile unsigned char *)p = 0xa5;
}

static void test_completion_on_stack(void)
{
    for (unsigned i = 0; i < 100; i++)
        wait_on_stack();
    wait_for_children();
}
KTEST("completion-on-stack", test_completion_on_stack);
