/* demo_threads.c - threads that sleep beside threads that never do, and what CPU time each got. */
#include <kernel/clock.h>
#include <kernel/console.h>
#include <kernel/demo.h>
#include <kernel/sched.h>
#include <lib/ratio.h>

enum { RUN_MS = 2000, SLEEPERS = 3, SPINNERS = 2 };

static uint64_t demo_start, demo_end;

static unsigned since_ms(uint64_t from)
{
    return (unsigned)div_u64(clock_ns_from_ticks(hal_timer_now() - from), 1000000, NULL);
}

static void say_end(const char *what, unsigned count)
{
    struct proc *p = current();
    kprintf("%5u ms  %s ends: %u %s, %lu switches, %u ms of CPU\n", since_ms(demo_start), p->name, count,
            what, p->switches, (unsigned)div_u64(clock_ns_from_ticks(proc_run_ticks(p)), 1000000, NULL));
}

static void sleeper(void *arg)
{
    unsigned period_ms = (unsigned)(uintptr_t)arg;
    unsigned count = 0;
    uint64_t when = demo_start;
    while ((when += clock_ticks_from_ms(period_ms)) <= demo_end) {
        sleep_until(when);
        count++;
        if (count % 2 == 1)
            kprintf("%5u ms  %s wakes, as it does every %u ms\n", since_ms(demo_start), current()->name,
                    period_ms);
    }
    say_end("wake-ups", count);
}

static void spinner(void *arg)
{
    (void)arg;
    unsigned rounds = 0;
    while (hal_timer_now() < demo_end) {
        for (volatile unsigned i = 0; i < 100000; i++) {
        }
        rounds++;
    }
    say_end("rounds", rounds);
}

static void spawn(const char *name, unsigned prio, void (*fn)(void *), unsigned value)
{
    if (proc_spawn(name, prio, fn, (void *)(uintptr_t)value) < 0)
        kprintf("demo threads: no memory for %s\n", name);
}

void demo_threads(void)
{
    static const unsigned periods_ms[SLEEPERS] = { 200, 300, 500 };
    demo_start = hal_timer_now();
    demo_end = demo_start + clock_ticks_from_ms(RUN_MS);
    kprintf("%u sleepers of a higher priority beside %u spinners, %u ms\n", SLEEPERS, SPINNERS, RUN_MS);
    for (unsigned i = 0; i < SLEEPERS; i++) {
        char name[] = { 's', 'l', 'e', 'e', 'p', 'e', 'r', '-', (char)('1' + i), 0 };
        spawn(name, PRIO_HIGH, sleeper, periods_ms[i]);
    }
    for (unsigned i = 0; i < SPINNERS; i++) {
        char name[] = { 's', 'p', 'i', 'n', 'n', 'e', 'r', '-', (char)('1' + i), 0 };
        spawn(name, PRIO_NORMAL, spinner, 0);
    }
    while (proc_wait(-1, NULL) > 0) {
    }
    kprintf("%5u ms  all have ended\n", since_ms(demo_start));
}
