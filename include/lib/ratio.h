/*
 * lib/ratio.h - conversion between two clock rates by one multiplication.
 *
 * A 64-bit division per conversion would be slow, and on i386 needs a library. The result is exact to one
 * part in 2^31, rounded down.
 */
#pragma once
#include <stdint.h>

struct ratio {
    uint32_t mult; /* result = n * mult / 2^shift */
    unsigned shift;
};

/* n counts at rate `from` per second; the result counts at rate `to`. Both at least 1. */
struct ratio ratio_make(uint32_t from, uint32_t to);

/* Wraps only where the true result does not fit in 64 bits. */
uint64_t ratio_apply(struct ratio r, uint64_t n);

/*
 * n / d, d > 0, in some hundred instructions and without a library; the remainder goes to *rem unless that is
 * NULL.
 */
uint64_t div_u64(uint64_t n, uint32_t d, uint32_t *rem);
