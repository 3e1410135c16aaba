/* buddy.c - blocks of 2^order pages, split in halves and joined again. */
#include <kernel/buddy.h>
#include <kernel/kassert.h>
#include <lib/string.h>
#include <lib/util.h>
#include <stdbool.h>

/*
 * One place more than there are whole blocks: the buddy of the last may not fit, and its place is looked at.
 * It is never a member.
 */
static size_t places(size_t npages, unsigned order)
{
    return (npages >> order) + 1;
}

size_t buddy_bytes(size_t npages)
{
    size_t sum = 0;
    for (unsigned order = 0; order < BUDDY_ORDERS; order++)
        sum += bitmap_bytes(places(npages, order));
    return sum;
}

void buddy_init(struct buddy *b, size_t npages, void *memory)
{
    KASSERT(npages < BITMAP_MAX && npages <= SIZE_MAX / 100);
    char *next = memset(memory, 0, buddy_bytes(npages));
    *b = (struct buddy){ .npages = npages };
    for (unsigned order = 0; order < BUDDY_ORDERS; order++) {
        bitmap_init(&b->free[order], places(npages, order), next);
        next += bitmap_bytes(places(npages, order));
    }
}

static void insert(struct buddy *b, unsigned order, size_t i)
{
    bitmap_set(&b->free[order], i);
    b->blocks[order]++;
}

static void take(struct buddy *b, unsigned order, size_t i)
{
    bitmap_clear(&b->free[order], i);
    b->blocks[order]--;
}

size_t buddy_alloc(struct buddy *b, unsigned order)
{
    unsigned from = order;
    while (from < BUDDY_ORDERS && b->blocks[from] == 0)
        from++;
    if (from >= BUDDY_ORDERS)
        return BUDDY_NONE;
    size_t i = bitmap_first(&b->free[from]);
    take(b, from, i);
    while (from > order) {
        from--;
        i *= 2;
        insert(b, from, i + 1);
    }
    b->free_pages -= (size_t)1 << order;
    return i << order;
}

/* Is a page of these free? A block that reaches into them contains their first page, or begins among them. */
static bool any_free(const struct buddy *b, size_t index, size_t n)
{
    for (unsigned order = 0; order < BUDDY_ORDERS; order++) {
        if (bitmap_next(&b->free[order], index >> order) <= (index + n - 1) >> order)
            return true;
    }
    return false;
}

void buddy_free(struct buddy *b, size_t index, unsigned order)
{
    KASSERT(order < BUDDY_ORDERS);
    size_t n = (size_t)1 << order;
    KASSERT(is_aligned(index, n) && index < b->npages && n <= b->npages - index);
    KASSERT(!CONFIG_DEBUG || !any_free(b, index, n));
    size_t i = index >> order;
    b->free_pages += n;
    while (order < BUDDY_MAX_ORDER && bitmap_test(&b->free[order], i ^ 1)) {
        take(b, order, i ^ 1);
        order++;
        i /= 2;
    }
    /* The buddy of a free block is not free: if this block was, the loop has ended where it says so. */
    KASSERT(!bitmap_test(&b->free[order], i));
    insert(b, order, i);
}

void buddy_free_range(struct buddy *b, size_t index, size_t n)
{
    KASSERT(index <= b->npages && n <= b->npages - index);
    while (n > 0) {
        unsigned order = 0;
        while (order < BUDDY_MAX_ORDER && is_aligned(index, (size_t)2 << order) && (size_t)2 << order <= n)
            order++;
        buddy_free(b, index, order);
        index += (size_t)1 << order;
        n -= (size_t)1 << order;
    }
}

int buddy_order_at(const struct buddy *b, size_t index)
{
    for (unsigned order = 0; order < BUDDY_ORDERS && is_aligned(index, (size_t)1 << order); order++) {
        if (bitmap_test(&b->free[order], index >> order))
            return (int)order;
    }
    return -1;
}

size_t buddy_next_block(const struct buddy *b, unsigned order, size_t from)
{
    bool inside = !is_aligned(from, (size_t)1 << order);
    size_t i = bitmap_next(&b->free[order], (from >> order) + inside);
    return i == BITMAP_NONE ? BUDDY_NONE : i << order;
}

unsigned buddy_fragmentation(const struct buddy *b, unsigned order)
{
    size_t small = 0;
    for (unsigned k = 0; k < order && k < BUDDY_ORDERS; k++)
        small += b->blocks[k] << k;
    return b->free_pages == 0 ? 0 : (unsigned)(small * 100 / b->free_pages);
}
