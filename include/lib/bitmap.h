/*
 * lib/bitmap.h - a set of numbers, of which the lowest member is found fast.
 *
 * A tree of 32-bit words: a bit of level 0 is a member, a bit of level n + 1 says that a word of level n is
 * not zero. Every operation costs O(levels), at most. Nothing here locks: the owner of the set does.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BITMAP_LEVELS = 6 };

#define BITMAP_MAX  ((size_t)1 << 5 * BITMAP_LEVELS) /* the largest size */
#define BITMAP_NONE SIZE_MAX

struct bitmap { /* fixed after bitmap_init(); the words are not */
    uint32_t *level[BITMAP_LEVELS];
    unsigned  levels; /* in use, at least 1 */
    size_t    size;
};

size_t bitmap_bytes(size_t size); /* What a set of 0 to size - 1 needs. size <= BITMAP_MAX. */

/* The empty set of 0 to size - 1. zeroed_memory: bitmap_bytes(size) bytes, aligned to 4. */
void bitmap_init(struct bitmap *b, size_t size, void *zeroed_memory);

/* Of a number below size; the first two do not mind if it is a member already, or is none. */
void bitmap_set(struct bitmap *b, size_t i);
void bitmap_clear(struct bitmap *b, size_t i);
static inline bool bitmap_test(const struct bitmap *b, size_t i) { return b->level[0][i / 32] >> i % 32 & 1; }

size_t bitmap_first(const struct bitmap *b);             /* The lowest member, or BITMAP_NONE. */
size_t bitmap_next(const struct bitmap *b, size_t from); /* The lowest from there on, or BITMAP_NONE. */
