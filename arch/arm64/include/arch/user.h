/* arch/user.h - what a program has besides its frame: floating point and SIMD registers, thread pointer. */
#pragma once
#include <stdint.h>

struct arm64_fpu {
    uint32_t fpsr, fpcr;
    uint64_t v[2 * 32]; /* q0 to q31, low halves first */
};

struct hal_user {
    struct arm64_fpu fpu; /* while it is not loaded, or loaded with floating point still off */
    unsigned long tls;    /* while it is not loaded */
};
