/*
 * load.h - memory of all kinds with a pattern in it: taken, looked at, given back. For tests and the soak.
 */
#pragma once
#include <kernel/slab.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum load_kind { LOAD_KMALLOC, LOAD_PAGES, LOAD_CACHE };

struct load {
    unsigned char *p;    /* NULL: nothing is there */
    size_t         size;
    uint32_t       mark; /* whose it is */
    struct cache  *cache;
    enum load_kind kind;
};

/* Any context. The next number after *state, which is not 0 (xorshift, by G. Marsaglia). */
uint32_t load_random(uint32_t *state);
/* Any context. From 0 to n - 1. */
uint32_t load_random_below(uint32_t *state, uint32_t n);
/* Any context. 0 to 2^bits - 1 bytes, every power of two as often as any other. */
size_t load_random_size(uint32_t *state, unsigned bits);

/* Any context. They fill what they got with a pattern of mark and size; false: there is no memory. */
bool load_kmalloc(struct load *o, size_t size, uint32_t mark);
bool load_pages(struct load *o, unsigned order, uint32_t mark);
bool load_cache(struct load *o, struct cache *cache, uint32_t mark);
/* Any context. Of kmalloc's; the pattern is then that of the new size. False: no memory, o is as it was. */
bool load_resize(struct load *o, size_t size);

/* Any context. Whether the pattern is still there. What is not is told, and counted. */
bool load_check(const struct load *o);
unsigned load_damaged(void);
/* Any context. Looks at it and gives it back, if anything is there. */
void load_give(struct load *o);
/* Thread. Two may be put into each other's place. */
void load_swap(struct load *a, struct load *b);
