/* qsort.c - heapsort: in place, and n log n also for the worst order. Equal elements may change places. */
#include <stdlib.h>

struct array {
    char *base;
    size_t size;
    int (*compare)(const void *, const void *);
};

static char *at(const struct array *a, size_t i)
{
    return a->base + i * a->size;
}

static void swap(const struct array *a, size_t i, size_t j)
{
    char *x = at(a, i), *y = at(a, j);

    for (size_t n = a->size; n > 0; n--, x++, y++) {
        char c = *x;
        *x = *y;
        *y = c;
    }
}

/* Elements below i are heaps already, of the first count: let i sink to its place. */
static void sink(const struct array *a, size_t i, size_t count)
{
    for (;;) {
        size_t child = 2 * i + 1;

        if (child >= count)
            return;
        if (child + 1 < count && a->compare(at(a, child), at(a, child + 1)) < 0)
            child++;
        if (a->compare(at(a, i), at(a, child)) >= 0)
            return;
        swap(a, i, child);
        i = child;
    }
}

void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *))
{
    struct array a = { base, size, compare };

    for (size_t i = count / 2; i > 0; i--)
        sink(&a, i - 1, count);
    for (size_t left = count; left > 1; left--) {
        swap(&a, 0, left - 1);
        sink(&a, 0, left - 1);
    }
}
