/* fuzz_buddy.c - any string of requests to kernel/buddy.c, sensible or not, against buddy_model.c.
 *
 * Planted and caught from the corpus within a minute: the buddy at the next number; joined once only, or
 * beyond the largest order; no place for the last one's buddy; the higher half kept; the highest block; a
 * block of the largest order first; a free range in blocks that are not aligned; of the check for free
 * pages, the larger blocks or the smallest not asked, or the page behind asked too; a word of a bitmap
 * cleared without its bit above.
 */
#include "buddy_model.h"

#include <kernel/kassert.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PAGES = 2100, MOST_TAKEN = 512, SMALL = 72, COMPARE_EVERY = 32 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct block {
    size_t index;
    unsigned order;
};

static struct {
    const uint8_t *data;
    size_t size;
    struct buddy b;
    struct buddy_model m;
    struct block taken[MOST_TAKEN];
    unsigned ntaken;
    bool owned[MOST_PAGES + 1]; /* handed out */
} t;

static jmp_buf panicked;
static bool may_panic;

void panic(const char *fmt, ...)
{
    if (may_panic)
        longjmp(panicked, 1);
    fprintf(stderr, "fuzz_buddy: panic: %s\n", fmt);
    abort();
}

static void check(bool good, const char *what)
{
    if (!good) {
        fprintf(stderr, "fuzz_buddy: %s\n", what);
        abort();
    }
}

/* The next number of the input, below n; 0 behind its end. */
static size_t choose(size_t n)
{
    size_t value = 0;

    for (size_t most = 1; most < n && t.size > 0; most <<= 8, t.size--)
        value = value << 8 | *t.data++;
    return value % n;
}

static void take(unsigned order)
{
    if (t.ntaken == MOST_TAKEN)
        return;
    size_t index = buddy_alloc(&t.b, order);

    check(index == buddy_model_alloc(&t.m, order), "another block");
    if (index != BUDDY_NONE) {
        t.taken[t.ntaken++] = (struct block){ index, order };
        memset(&t.owned[index], true, (size_t)1 << order);
    }
}

static void give(unsigned n)
{
    struct block block = t.taken[n];

    t.taken[n] = t.taken[--t.ntaken];
    memset(&t.owned[block.index], false, (size_t)1 << block.order);
    buddy_free(&t.b, block.index, block.order);
    buddy_model_free(&t.m, block.index, block.order);
}

static bool is_owned(size_t index, size_t n)
{
    return memchr(&t.owned[index], true, n) != NULL;
}

static void give_range(size_t index, size_t n)
{
    if (n > t.m.npages - index || is_owned(index, n) || buddy_model_any_free(&t.m, index, n))
        return;
    buddy_free_range(&t.b, index, n);
    for (size_t i = index; i < index + n; i++)
        buddy_model_free(&t.m, i, 0);
}

/* What is no block, or is free in part, has to panic; and not before it is known that it will. */
static void give_any(size_t index, unsigned order)
{
    size_t n = (size_t)1 << order;
    bool is_block = order < BUDDY_ORDERS && index % n == 0 && index + n <= t.m.npages;

    if (is_block && is_owned(index, n))
        return;
    if (is_block && !buddy_model_any_free(&t.m, index, n)) {
        buddy_free(&t.b, index, order);
        buddy_model_free(&t.m, index, order);
        return;
    }
    may_panic = true;
    if (setjmp(panicked) == 0) {
        buddy_free(&t.b, index, order);
        may_panic = false;
        check(false, "no panic");
    }
    may_panic = false;
}

static void step(void)
{
    size_t pages = t.m.npages;

    switch (choose(8)) {
    case 0:
    case 1:
    case 2:
        take((unsigned)choose(BUDDY_ORDERS + 1));
        break;
    case 3:
    case 4:
        if (t.ntaken > 0)
            give((unsigned)choose(t.ntaken));
        break;
    case 5: {
        size_t index = choose(pages);

        give_range(index, choose(pages + 1));
        break;
    }
    default: {
        size_t index = choose(pages + 2);

        give_any(index, (unsigned)choose(BUDDY_ORDERS + 1));
        break;
    }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    t.data = data;
    t.size = size;
    t.ntaken = 0;
    memset(t.owned, false, sizeof(t.owned));
    size_t npages = choose(4) < 3 ? 1 + choose(SMALL) : 1 + choose(MOST_PAGES);
    void *memory = malloc(buddy_bytes(npages));
    const char *what = NULL;

    buddy_init(&t.b, npages, memory);
    buddy_model_create(&t.m, npages);
    for (unsigned n = 0; t.size > 0 && what == NULL; n++) {
        step();
        check(t.b.free_pages == t.m.free_pages, "number of free pages");
        check(memcmp(t.b.blocks, t.m.blocks, sizeof(t.b.blocks)) == 0, "number of blocks");
        if (t.size == 0 || (npages <= SMALL && n % COMPARE_EVERY == 0))
            what = buddy_model_differs(&t.m, &t.b);
    }
    check(what == NULL, what);
    buddy_model_destroy(&t.m);
    free(memory);
    return 0;
}
