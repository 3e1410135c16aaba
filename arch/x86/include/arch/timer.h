/* arch/timer.h - the inline of hal/timer.h: the time-stamp counter. */
#pragma once
#include <stdint.h>

/* boot_info.timer_hz has 32 bits: halved, counters of up to 8.5 GHz fit. */
#define TSC_SHIFT 1

static inline uint64_t hal_timer_now(void)
{
    uint64_t tsc;
    __asm__ volatile("rdtsc" : "=A"(tsc));
    return tsc >> TSC_SHIFT;
}
