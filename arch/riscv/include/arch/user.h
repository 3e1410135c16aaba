/* arch/user.h - what a thread in user mode has besides its trap frame: floating point (F and D). */
#pragma once
#include <stdint.h>

struct hal_user {
    uint64_t f[32];
    uint32_t fcsr;
};
