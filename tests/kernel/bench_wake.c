/*
 * bench_wake.c - from an interrupt on an idle CPU to the thread that it is for: an alarm, and a call from
 * another CPU. For two CPUs, `bench=wake maxcpus=2`.
 *
 * Under -icount QEMU lets one CPU run at a time, and time is the sum of what all have executed. So the CPU
 * that calls the other waits at once: then nothing runs but what the wake-up needs.
 *
 * Both begin with an alarm, which is always due at the beginning of a tick of the counter. So that a coarse
 * counter does not err in the same direction each time, each round waits for a little longer than the last.
 */
#include "bench.h"

#include <kernel/sched.h>
#include <kernel/smp.h>
#include <kernel/waitq.h>

enum { LOOPS = 1000, STEPS = 100 };

static struct waitq queue;
static volatile unsigned asked;
static volatile uint64_t asked_at;
static uint64_t took;

static void step(unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        __asm__ volatile("" : : : "memory");
}

static uint64_t all_steps_ns(void)
{
    uint64_t start = hal_timer_now();
    for (unsigned i = 0; i < LOOPS; i++)
        step(i % STEPS);
    return ns_since(start);
}

/* From the time for which the alarm was set, on an idle CPU, to behind sleep_until(). */
static void bench_alarm(void)
{
    uint64_t late = 0, steps = all_steps_ns();
    for (unsigned i = 0; i < LOOPS; i++) {
        uint64_t when = clock_in_ms(1);
        sleep_until(when);
        step(i % STEPS);
        late += hal_timer_now() - when;
    }
    bench_report("alarm-wake-run", clock_ns_from_ticks(late), steps, LOOPS);
}

/* It answers with a call, for the CPU of who asked waits for an interrupt. */
static void waiter(void *arg)
{
    (void)arg;
    for (unsigned i = 1; i <= LOOPS; i++) {
        wait_event(&queue, asked == i);
        took += hal_timer_now() - asked_at;
        unsigned long s = hal_irq_save();
        smp_call(&cpus[0]);
        hal_irq_restore(s);
    }
}

/* From the wake-up to behind wait_event() on another CPU, which is idle. */
static void bench_other_cpu(void)
{
    waitq_init(&queue, "bench");
    took = asked = 0;
    if (proc_spawn_on(2, "waiter", PRIO_NORMAL, waiter, NULL) < 0) {
        bench_skip("event-wake-other-cpu", "no second CPU, or no memory");
        return;
    }
    for (unsigned i = 0; i < LOOPS; i++) {
        sleep_ms(1); /* the other one is asleep again, and its CPU idle */
        step(i % STEPS);
        unsigned long s = hal_irq_save();
        asked_at = hal_timer_now();
        asked++;
        waitq_wake_one(&queue);
        hal_cpu_idle();
        hal_irq_restore(s);
    }
    proc_wait(-1, NULL);
    bench_report("event-wake-other-cpu", clock_ns_from_ticks(took), 0, LOOPS);
}

void bench_wake(void)
{
    proc_set_affinity(current()->pid, 1);
    bench_alarm();
    bench_other_cpu();
}
