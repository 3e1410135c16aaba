/* lib/range.h - stretches of memory, and one without others. */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct mem_range {
    uintptr_t base;
    size_t    size; /* bytes; base + size does not wrap, except to 0 */
};

/* Sorts n ranges by base; a handful. */
void range_sort(struct mem_range *r, unsigned n);

/*
 * Calls fn for each piece of r that none of the n ranges in cut covers, from low to high. cut: in any order,
 * may overlap.
 */
void range_subtract(struct mem_range r, const struct mem_range *cut, unsigned n,
                    void (*fn)(struct mem_range piece, void *arg), void *arg);
