/* arch/timer.h - the inline of hal/timer.h: time is what the test says. */
#pragma once
#include <stdatomic.h>
#include <stdint.h>

extern _Atomic uint64_t host_now;

static inline uint64_t hal_timer_now(void)
{
    return atomic_load_explicit(&host_now, memory_order_relaxed);
}
