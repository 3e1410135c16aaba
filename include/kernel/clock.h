/*
 * kernel/clock.h - time: the counter in human units, and the alarm of each CPU.
 *
 * There is no periodic tick. The alarm rings for the nearest of quantum end and timeout, and not at all if
 * neither is due.
 */
#pragma once
#include <hal/timer.h>
#include <kernel/sched.h>
#include <stdint.h>

/*
 * irqs off, boot CPU, once, before sched_init(). hz: rate of hal_timer_now(); start: its value when uptime
 * began.
 */
void clock_init(uint32_t hz, uint64_t start);
/* irqs off, once per CPU, after irq_init(). From here on alarms ring. */
void clock_init_cpu(void);

uint64_t clock_uptime_ns(void);               /* Any context. 0 before clock_init(). */
uint64_t clock_ns_from_ticks(uint64_t ticks); /* Any context. */
uint64_t clock_ticks_from_ms(unsigned ms);    /* Any context. */
uint64_t clock_in_ms(unsigned ms);            /* Any context. The counter's value ms milliseconds from now. */
/* The same for nanoseconds, rounded up; UINT64_MAX, which never comes, for more than the counter can tell. */
uint64_t clock_in_ns(uint64_t ns);

/* irqs off, on cpu itself. The alarm rings at counter value `when`, and not before, whatever was to be. */
static inline void clock_arm(struct cpu *cpu, uint64_t when)
{
    cpu->alarm = when;
    hal_timer_arm(when);
}

/* The same context. The alarm rings at counter value `when` or before. */
static inline void clock_alarm_by(struct cpu *cpu, uint64_t when)
{
    if (when < cpu->alarm)
        clock_arm(cpu, when);
}

/*
 * Thread, or at the end of its trap. t, which is on no tree, wakes the caller at counter value `when`. It is
 * the caller's until timeout_cancel(t).
 */
void clock_wake_at(struct timeout *t, uint64_t when);

/* Thread, no lock held; sleeps. At least ms milliseconds. */
void sleep_ms(unsigned ms);
/* The same until counter value `when`: a period that does not drift. */
void sleep_until(uint64_t when);
