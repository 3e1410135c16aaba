/*
 * stress_smp.c - all CPUs against each other, for long: locks, processes, moves, alarms, flushes. Each by its
 * name only; stress=N does N percent of it, seed=N is another sequence.
 *
 * Whatever is lost hangs the test, and the time limit finds it; whatever is done twice is counted.
 */
#include "team.h"

#include "load.h"

#include <hal/mmu.h>
#include <kernel/clock.h>
#include <kernel/memory.h>
#include <kernel/page.h>
#include <kernel/sched.h>
#include <kernel/smp.h>
#include <kernel/timeout.h>
#include <kernel/vm.h>
#include <kernel/waitq.h>
#include <stdatomic.h>

static unsigned times; /* for each thread */
static atomic_uint stop, wrong;

static void start_on_all(unsigned most, void (*fn)(void *))
{
    times = team_times(most) / smp_count() + 1;
    atomic_store(&stop, 0);
    atomic_store(&wrong, 0);
    for (unsigned i = 0; i < smp_count(); i++)
        team_spawn(team_mask(i), PRIO_NORMAL, fn, i);
}

/*
 * Ten million times a lock: from threads with interrupts on and off, and from an alarm on each CPU. Who holds
 * it is alone: the owner stays who it is, and numbers that are not atomic are exact.
 */
static struct {
    struct spinlock lock;
    volatile unsigned owner, count, again;
} guarded = { .lock = SPINLOCK_INIT("torture", RANK_WAITQ) };

static struct ringer {
    struct timeout t;
    unsigned rings;
} ringers[MAX_CPUS];

static void with_lock(unsigned me)
{
    if (guarded.owner != 0)
        atomic_fetch_add(&wrong, 1);
    guarded.owner = me;
    unsigned n = guarded.count;
    guarded.again++;
    guarded.count = n + 1;
    if (guarded.owner != me)
        atomic_fetch_add(&wrong, 1);
    guarded.owner = 0;
}

static void ring_with_lock(void *arg)
{
    struct ringer *r = arg;
    spin_lock_raw(&guarded.lock);
    with_lock(100 + (unsigned)(r - ringers));
    spin_unlock_raw(&guarded.lock);
    r->rings++;
    if (atomic_load(&stop) == 0)
        timeout_add(&r->t, hal_timer_now() + clock_ticks_from_ms(1) / 4);
}

static void lock_often(void *arg)
{
    unsigned i = (unsigned)(uintptr_t)arg;
    struct ringer *r = &ringers[i];
    uint32_t random = team_seed(i);
    r->rings = 0;
    timeout_init(&r->t, ring_with_lock, r);
    timeout_add(&r->t, 0);
    for (unsigned n = 0; n < times; n++) {
        unsigned long s = spin_lock(&guarded.lock);
        with_lock(i + 1);
        if (n % 64 == 0 && load_random_below(&random, 4) == 0)
            hal_cpu_relax();
        spin_unlock(&guarded.lock, s);
    }
    atomic_store(&stop, 1);
    timeout_cancel(&r->t);
}

static void lock_torture(void)
{
    team_pulse(true);
    guarded.owner = guarded.count = guarded.again = 0;
    start_on_all(10000000, lock_often);
    KCHECK(team_wait() == smp_count());
    unsigned sum = times * smp_count();
    for (unsigned i = 0; i < smp_count(); i++)
        sum += ringers[i].rings;
    KCHECK(atomic_load(&wrong) == 0 && guarded.count == sum && guarded.again == sum);
    team_pulse(false);
}
KTEST_STRESS("lock-torture", lock_torture);

/* 100,000 lives over all CPUs. With pid_max=300 the numbers come round hundreds of times, and run out. */
static atomic_uint born, lived;

static void live(void *arg)
{
    unsigned how = (unsigned)(uintptr_t)arg;
    atomic_fetch_add(&lived, 1);
    if (how == 0)
        sleep_ms(1);
    else if (how == 1)
        sched_yield();
}

static void beget_many(void *arg)
{
    uint32_t random = team_seed((unsigned)(uintptr_t)arg);
    for (unsigned n = 0; n < times;) {
        unsigned litter = 1 + load_random_below(&random, 40), alive = 0;
        for (unsigned i = 0; i < litter; i++) {
            uint32_t mask = load_random_below(&random, 2) == 0 ? UINT32_MAX : team_mask(load_random(&random));
            unsigned prio = PRIO_LOW + load_random_below(&random, 5);
            void *how = (void *)(uintptr_t)load_random_below(&random, 16);
            alive += proc_spawn_on(mask, "storm", prio, live, how) > 0;
        }
        atomic_fetch_add(&born, alive);
        n += alive;
        if (alive == 0)
            sleep_ms(1);
        unsigned buried = team_wait();
        if (buried != alive)
            atomic_fetch_add(&wrong, 1);
    }
}

static void life_storm(void)
{
    team_pulse(true);
    atomic_store(&born, 0);
    atomic_store(&lived, 0);
    for (unsigned half = 0; half < 2; half++) {
        start_on_all(50000, beget_many);
        KCHECK(team_wait() == smp_count());
        KCHECK(atomic_load(&wrong) == 0);
    }
    KCHECK(atomic_load(&born) == atomic_load(&lived) && atomic_load(&born) >= 2 * times * smp_count());
    team_pulse(false);
}
KTEST_STRESS("life-storm", life_storm);

/* Every thread makes two more, on all CPUs, until there is no memory or no number; then all end. */
static struct waitq gate;
static atomic_uint refused, alive;

static void fork_on(void *arg)
{
    atomic_fetch_add(&alive, 1);
    for (unsigned i = 0; i < 2; i++) {
        if (atomic_load(&refused) < 50 && proc_spawn("bomb", PRIO_NORMAL, fork_on, arg) < 0)
            atomic_fetch_add(&refused, 1);
        sched_yield();
    }
    wait_event(&gate, atomic_load(&stop) != 0);
    team_wait();
    atomic_fetch_sub(&alive, 1);
}

static void fork_bomb(void)
{
    unsigned most[2];
    team_pulse(true);
    for (unsigned round = 0; round < 2; round++) {
        waitq_init(&gate, "gate");
        atomic_store(&refused, 0);
        atomic_store(&stop, 0);
        int pid = team_spawn(UINT32_MAX, PRIO_NORMAL, fork_on, 0);
        while (atomic_load(&refused) < 50)
            sleep_ms(1);
        sleep_ms(20);
        most[round] = atomic_load(&alive);
        atomic_store(&stop, 1);
        waitq_wake_all(&gate);
        KCHECK(proc_wait(pid, NULL) == pid && atomic_load(&alive) == 0);
    }
    KCHECK(most[0] > 90 && most[1] + most[0] / 10 > most[0]);
    team_pulse(false);
}
KTEST_STRESS("fork-bomb", fork_bomb);
