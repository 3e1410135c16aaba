/* arch/timer.h - the inline of hal/timer.h: the time CSR. */
#pragma once
#include <arch/sysreg.h>
#include <stdint.h>

static inline uint64_t hal_timer_now(void)
{
    return csr_read(time);
}
