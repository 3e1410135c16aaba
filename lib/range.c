/* range.c - one stretch of memory without others. */
#include <lib/range.h>

/* Last addresses instead of ends, so that a range may reach the top of the address space. */
static uintptr_t last(struct mem_range r)
{
    return r.base + (r.size - 1);
}

void range_subtract(struct mem_range r, const struct mem_range *cut, unsigned n,
                    void (*fn)(struct mem_range piece, void *arg), void *arg)
{
    while (r.size > 0) {
        const struct mem_range *first = NULL;
        for (unsigned i = 0; i < n; i++) {
            if (cut[i].size > 0 && cut[i].base <= last(r) && last(cut[i]) >= r.base &&
                (first == NULL || cut[i].base < first->base))
                first = &cut[i];
        }
        if (first == NULL) {
            fn(r, arg);
            return;
        }
        if (first->base > r.base)
            fn((struct mem_range){ r.base, first->base - r.base }, arg);
        if (last(*first) >= last(r))
            return;
        r.size = last(r) - last(*first);
        r.base = last(*first) + 1;
    }
}

void range_sort(struct mem_range *r, unsigned n)
{
    for (unsigned i = 1; i < n; i++) {
        struct mem_range next = r[i];
        unsigned at = i;
        for (; at > 0 && r[at - 1].base > next.base; at--)
            r[at] = r[at - 1];
        r[at] = next;
    }
}
