/* test_panic.c - what becomes of the other CPUs when one panics: each by its name, read by tests/boot. */
#include "team.h"

#include <kernel/clock.h>
#include <kernel/printk.h>
#include <kernel/sched.h>
#include <kernel/smp.h>
#include <stdatomic.h>

static atomic_uint ready;

/* Not inlined: the backtrace names it. */
static void __attribute__((noinline)) busy_elsewhere(void *arg)
{
    (void)arg;
    atomic_fetch_add(&ready, 1);
    while (atomic_load(&ready) > 0) { /* calls nothing: a call has no frame at its beginning and end */
    }
}

static void __attribute__((noinline)) deaf_elsewhere(void *arg)
{
    (void)arg;
    while (atomic_load(&ready) < 2) /* the others have their stacks: whoever maps one waits for us */
        sleep_ms(1);
    hal_irq_save();
    atomic_fetch_add(&ready, 1);
    for (;;)
        hal_cpu_relax();
}

static void wait_until_ready(unsigned n)
{
    while (atomic_load(&ready) < n)
        hal_cpu_relax();
}

/* CPU 1 computes, CPU 2 does not hear (if so wanted), CPU 3 waits for a lock that is held; CPU 0 panics. */
static struct spinlock held = SPINLOCK_INIT("held", RANK_WAITQ);

static void __attribute__((noinline)) wait_for_lock(void *arg)
{
    (void)arg;
    atomic_fetch_add(&ready, 1);
    unsigned long s = spin_lock(&held);
    spin_unlock(&held, s);
}

static void panic_with(void (*second)(void *))
{
    unsigned long s = spin_lock(&held);
    spin_unlock(&held, s);
    team_spawn(team_mask(1), PRIO_NORMAL, busy_elsewhere, 1);
    team_spawn(team_mask(2), PRIO_NORMAL, second, 2);
    team_spawn(team_mask(3), PRIO_NORMAL, wait_for_lock, 3);
    spin_lock(&held);
    wait_until_ready(3);
    panic("one for all");
}

static void panic_stops_others(void)
{
    panic_with(busy_elsewhere);
}
KTEST_FATAL("panic-stops-others", panic_stops_others);

static void panic_not_heard(void)
{
    panic_with(deaf_elsewhere);
}
KTEST_FATAL("panic-not-heard", panic_not_heard);

/* All at once. */
static void panic_too(void *arg)
{
    atomic_fetch_add(&ready, 1);
    wait_until_ready(smp_count());
    panic("number %lu", (unsigned long)(uintptr_t)arg);
}

static void panic_at_once(void)
{
    for (unsigned i = 1; i < smp_count(); i++)
        team_spawn(team_mask(i), PRIO_NORMAL, panic_too, i);
    panic_too(NULL);
}
KTEST_FATAL("panic-at-once", panic_at_once);
