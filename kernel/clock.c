/* clock.c - the counter in human units, the alarm, sleep. */
#include <hal/info.h>
#include <kernel/clock.h>
#include <kernel/irq.h>
#include <lib/ratio.h>
#include <stdbool.h>

static struct ratio ns_per_tick;
static struct ratio ticks_per_us;
static uint64_t start_ticks;
static bool ready;

void clock_init(uint32_t hz, uint64_t start)
{
    ns_per_tick = ratio_make(hz, 1000000000);
    ticks_per_us = ratio_make(1000000, hz);
    start_ticks = start;
    ready = true;
}

uint64_t clock_ns_from_ticks(uint64_t ticks)
{
    return ratio_apply(ns_per_tick, ticks);
}

uint64_t clock_ticks_from_ms(unsigned ms)
{
    return ratio_apply(ticks_per_us, (uint64_t)ms * 1000);
}

uint64_t clock_in_ms(unsigned ms)
{
    return hal_timer_now() + clock_ticks_from_ms(ms);
}

uint64_t clock_in_ns(uint64_t ns)
{
    enum { NS_PER_US = 1000 };
    if (ns > INT64_MAX)
        return UINT64_MAX;
    return hal_timer_now() + ratio_apply(ticks_per_us, div_u64(ns, NS_PER_US, NULL) + 1);
}

uint64_t clock_uptime_ns(void)
{
    return ready ? clock_ns_from_ticks(hal_timer_now() - start_ticks) : 0;
}

/* Early alarms are harmless: what is not due yet is armed again, which also quiets the one that rang. */
static __attribute__((noinline)) void look_what_is_due(struct cpu *cpu)
{
    uint64_t now = hal_timer_now();
    cpu->alarm = 0; /* whoever wants an alarm now need not arm it: that is done below, for all */
    uint64_t next_timeout = timeouts_any(&cpu->timeouts) ? timeouts_run(cpu, now) : UINT64_MAX;
    uint64_t next_turn = sched_tick(cpu, now);
    clock_arm(cpu, next_timeout < next_turn ? next_timeout : next_turn);
}

static void alarm_rings(void *arg)
{
    (void)arg;
    struct cpu *cpu = this_cpu();
    if (cpu->rq.lone && !timeouts_any(&cpu->timeouts))
        clock_arm(cpu, UINT64_MAX);
    else
        look_what_is_due(cpu);
}

void clock_init_cpu(void)
{
    irq_register(hal_info.timer_irq, "timer", alarm_rings, NULL);
    hal_timer_init_cpu();
}

static void wake_sleeper(void *arg)
{
    sched_wake(arg);
}

void clock_wake_at(struct timeout *t, uint64_t when)
{
    timeout_init(t, wake_sleeper, current());
    timeout_add(t, when);
}

void sleep_until(uint64_t when)
{
    struct timeout t;
    sched_prepare();
    clock_wake_at(&t, when);
    while (hal_timer_now() < when)
        sched_sleep();
    timeout_cancel(&t);
}

void sleep_ms(unsigned ms)
{
    sleep_until(clock_in_ms(ms));
}
