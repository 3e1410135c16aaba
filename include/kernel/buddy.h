/*
 * kernel/buddy.h - the buddy algorithm (Knowlton 1965) over numbered pages, and nothing else.
 *
 * A block of order k is 2^k pages and begins at a multiple of 2^k. Two halves of a block are buddies: their
 * numbers differ in bit k alone, so each is the other XOR 2^k. What is free is kept in one bitmap per order.
 * There is no memory behind the numbers here, and no lock: the owner does both. Each operation costs
 * O(orders).
 */
#pragma once
#include <lib/bitmap.h>
#include <stddef.h>
#include <stdint.h>

enum { BUDDY_MAX_ORDER = 10, BUDDY_ORDERS = BUDDY_MAX_ORDER + 1 };

#define BUDDY_NONE SIZE_MAX

struct buddy {
    struct bitmap free[BUDDY_ORDERS]; /* of order k: member i is the free block that begins at page i * 2^k */
    size_t blocks[BUDDY_ORDERS];      /* how many members each has */
    size_t npages;                    /* any number: no block reaches beyond it */
    size_t free_pages;
};

size_t buddy_bytes(size_t npages); /* What buddy_init() needs. */

/* Nothing is free yet. memory: buddy_bytes(npages) bytes, aligned to 4, which stay in use. */
void buddy_init(struct buddy *b, size_t npages, void *memory);

/*
 * Of the smallest order that suffices and has a free block the lowest; of what is split the lower half is
 * kept. Returns its first page, or BUDDY_NONE.
 */
size_t buddy_alloc(struct buddy *b, unsigned order);

/*
 * The block becomes free, and one with its buddy for as long as that is free too. Panics if it is no block,
 * or is a free block itself; with DEBUG also if any part of it is free.
 */
void buddy_free(struct buddy *b, size_t index, unsigned order);
void buddy_free_range(struct buddy *b, size_t index, size_t n); /* The same of n pages, for the start. */

/* Of the free block that begins at the page, -1 if none does. index < npages. */
int buddy_order_at(const struct buddy *b, size_t index);

/* First page of the first free block of this order that begins at `from` or behind it, or BUDDY_NONE. */
size_t buddy_next_block(const struct buddy *b, unsigned order, size_t from);

/* How much of 100 of the free pages lie in blocks too small for a request of this order; rounded down. */
unsigned buddy_fragmentation(const struct buddy *b, unsigned order);
