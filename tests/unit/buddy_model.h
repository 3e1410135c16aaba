/* buddy_model.h - what kernel/buddy.c has to do, by definition instead of by algorithm. */
#pragma once
#include <kernel/buddy.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Coalescing at once means: the free blocks are the largest aligned ones of which all pages are free. So a
 * state per page says all; the rest is kept here only to be fast.
 */
struct buddy_model {
    size_t   npages, free_pages, blocks[BUDDY_ORDERS];
    uint8_t *free;                 /* of each page */
    uint32_t *count[BUDDY_ORDERS]; /* of each place for a block: its free pages */
    uint8_t  *block[BUDDY_ORDERS]; /* of each place: is it a free block? */
};

void buddy_model_create(struct buddy_model *m, size_t npages); /* nothing is free */
void buddy_model_destroy(struct buddy_model *m);

size_t buddy_model_alloc(struct buddy_model *m, unsigned order);
void   buddy_model_free(struct buddy_model *m, size_t index, unsigned order);
int    buddy_model_order_at(const struct buddy_model *m, size_t index);
bool   buddy_model_any_free(const struct buddy_model *m, size_t index, size_t n);

/* The model counted anew from its pages; then all that can be asked of b. NULL, or what differs. */
const char *buddy_model_differs(const struct buddy_model *m, const struct buddy *b);
