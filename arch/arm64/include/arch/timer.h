/* arch/timer.h - the inline of hal/timer.h: the virtual counter. */
#pragma once
#include <arch/sysreg.h>
#include <stdint.h>

static inline uint64_t hal_timer_now(void)
{
    __asm__ volatile("isb" : : : "memory"); /* or it may be read before what stands above it has happened */
    return sysreg_read(cntvct_el0);
}
