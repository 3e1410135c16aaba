/* bench.h - how the files of bench*.c measure and report. */
#pragma once
#include <hal/timer.h>
#include <kernel/clock.h>
#include <stdint.h>

static inline uint64_t ns_since(uint64_t start)
{
    return clock_ns_from_ticks(hal_timer_now() - start);
}

/*
 * One line `BENCH name value`: instructions per operation, in hundredths, so that rounding is seen; to the
 * nearest, for a calibrated clock is some ppm off. empty_ns: of it, what the loop itself took.
 */
void bench_report(const char *name, uint64_t total_ns, uint64_t empty_ns, unsigned n);
/* A row that cannot be measured here, and why. */
void bench_skip(const char *name, const char *why);
uint64_t bench_empty_loop_ns(unsigned loops); /* Of a loop with nothing in it. */

void bench_memory(void);
void bench_proc(void);
void bench_trace(void);
void bench_sync(void);
void bench_wake(void);
