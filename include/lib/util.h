/* lib/util.h - the few helpers that every part of the kernel uses. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* The structure of which ptr points at the member. */
#define container_of(ptr, type, member) ((type *)(void *)((char *)(ptr) - offsetof(type, member)))

/* Rounding to a power of two in the type of n. n and a are constants or free of side effects;
 * align_up wraps to a small number when n is within a of the end of its type: the caller checks. */
#define align_down(n, a) ((n) & ~((__typeof__(n))(a) - 1))
#define align_up(n, a)   (((n) + ((__typeof__(n))(a) - 1)) & ~((__typeof__(n))(a) - 1))
#define is_aligned(n, a) (((n) & ((__typeof__(n))(a) - 1)) == 0)

static inline size_t min_size(size_t a, size_t b) { return a < b ? a : b; }
static inline size_t max_size(size_t a, size_t b) { return a > b ? a : b; }
static inline uint64_t min_u64(uint64_t a, uint64_t b) { return a < b ? a : b; }
static inline uint64_t max_u64(uint64_t a, uint64_t b) { return a > b ? a : b; }

/*
 * The number of the lowest bit that is set; n is not 0. Multiplied by a bit of its own, a de Bruijn sequence
 * shifts until its five upper bits are found nowhere else in it. A RISC-V without Zbb has no instruction for
 * this, and the compiler's builtin would call a library.
 */
static inline unsigned bit_lowest32(uint32_t n)
{
    static const uint8_t number[32] = {
        0,  1,  28, 2,  29, 14, 24, 3, 30, 22, 20, 15, 25, 17, 4,  8,
        31, 27, 13, 23, 21, 19, 16, 7, 26, 12, 18, 6,  11, 5,  10, 9,
    };
    return number[(n & -n) * UINT32_C(0x077cb531) >> 27];
}
