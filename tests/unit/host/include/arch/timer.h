/* arch/timer.h - the inline of hal/timer.h: time is what the test says. */
#pragma once
#include <stdint.h>

extern uint64_t host_now;

static inline uint64_t hal_timer_now(void)
{
    return host_now;
}
