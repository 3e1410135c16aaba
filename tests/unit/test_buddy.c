/* test_buddy.c - kernel/buddy.c against buddy_model.c, which has one state per page.
 *
 * Planted and caught: no place for the buddy of the last block; a larger block split while a smaller
 * would do, the highest one, its upper half kept, split too seldom; an order too large looked up; each of
 * the counts left as it was, or changed by 1; no joining, once only, up to the order below the largest,
 * beyond it, with the next number for the buddy, itself removed instead; memory not cleared; each check
 * of a free left out; a range given back in blocks that are too large, or not aligned; a block told of
 * where none begins; a listing that begins before or after `from`, or ends with a page; fragmentation of
 * one order too many, in blocks, of nothing.
 */
#include "buddy_model.h"
#include "host.h"
#include "unit.h"

#include <string.h>

enum { OPERATIONS = 10500000, COMPARE_EVERY = 5000, LARGEST = 40000 };

static const size_t sizes[] = { 1,    2,    3,    7,    16,   31,   33,   100,  127,  255,
                                1000, 1023, 1024, 1025, 1535, 2048, 3071, 5000, 8200, LARGEST };

struct block {
    size_t index;
    unsigned order;
};

static struct {
    struct buddy b;
    void *memory;
    struct buddy_model m;
    struct block taken[LARGEST];
    size_t ntaken;
    unsigned long operations, failed;
    uint64_t seed;
} t;

static uint64_t any(uint64_t n)
{
    return unit_random(&t.seed) % n;
}

static void compare(void)
{
    const char *what = buddy_model_differs(&t.m, &t.b);

    if (what != NULL)
        fail_msg("%zu pages, after %lu operations: %s", t.m.npages, t.operations, what);
}

/* After each operation: the sums, and what begins at one page. */
static void after(size_t index)
{
    t.operations++;
    assert_int_equal(t.b.free_pages, t.m.free_pages);
    if (memcmp(t.b.blocks, t.m.blocks, sizeof(t.b.blocks)) != 0)
        fail_msg("%zu pages, after %lu operations: number of blocks", t.m.npages, t.operations);
    assert_int_equal(buddy_order_at(&t.b, index), buddy_model_order_at(&t.m, index));
    if (t.operations % COMPARE_EVERY == 0)
        compare();
}

static bool take(unsigned order)
{
    size_t index = buddy_alloc(&t.b, order);

    assert_int_equal(index, buddy_model_alloc(&t.m, order));
    if (index != BUDDY_NONE) {
        t.taken[t.ntaken++] = (struct block){ index, order };
    } else {
        t.failed++;
    }
    after(index != BUDDY_NONE ? index : 0);
    return index != BUDDY_NONE;
}

static void give(size_t n)
{
    struct block block = t.taken[n];

    t.taken[n] = t.taken[--t.ntaken];
    buddy_free(&t.b, block.index, block.order);
    buddy_model_free(&t.m, block.index, block.order);
    after(block.index);
}

/* Who has a block may give it back in pieces. */
static void halve(size_t n)
{
    if (t.taken[n].order == 0)
        return;
    t.taken[n].order--;
    t.taken[t.ntaken] = t.taken[n];
    t.taken[t.ntaken++].index += (size_t)1 << t.taken[n].order;
}

/* Mostly small ones; now and then one of any order, an order that there is not included. */
static unsigned any_order(void)
{
    return any(8) == 0 ? (unsigned)any(BUDDY_ORDERS + 1) : bit_lowest32((uint32_t)any(UINT32_MAX) | 16);
}

/* Ranges of RAM with a hole here and there, in any order. */
static void set_up(size_t npages, bool holes)
{
    t.memory = malloc(buddy_bytes(npages));
    memset(t.memory, 0xa5, buddy_bytes(npages));
    memset(&t.b, 0xa5, sizeof(t.b));
    buddy_init(&t.b, npages, t.memory);
    buddy_model_create(&t.m, npages);
    t.ntaken = 0;
    assert_int_equal(buddy_alloc(&t.b, 0), BUDDY_NONE);
    for (size_t at = 0; at < npages;) {
        size_t n = holes ? 1 + (size_t)any(npages) : npages;

        n = n < npages - at ? n : npages - at;
        if (!holes || any(4) > 0) {
            buddy_free_range(&t.b, at, n);
            for (size_t i = at; i < at + n; i++)
                buddy_model_free(&t.m, i, 0);
        }
        at += n;
        compare();
    }
}

static void tear_down(void)
{
    compare();
    buddy_model_destroy(&t.m);
    free(t.memory);
}

/* In turns memory fills and empties, so that it is often exhausted, and often whole again. */
static void churn(unsigned long operations)
{
    unsigned long end = t.operations + operations;
    unsigned grow = 50;

    while (t.operations < end) {
        if (t.operations % 1024 == 0)
            grow = 20 + 20 * (unsigned)any(4);
        if (any(100) < grow)
            take(any_order());
        else if (t.ntaken > 0 && any(8) == 0)
            halve((size_t)any(t.ntaken));
        else if (t.ntaken > 0)
            give((size_t)any(t.ntaken));
        else
            take(0);
    }
    while (t.ntaken > 0)
        give((size_t)any(t.ntaken));
}

static void test_random(void **state)
{
    (void)state;
    t.seed = unit_seed();
    t.operations = t.failed = 0;
    for (unsigned n = 0; n < 2 * ARRAY_SIZE(sizes); n++) {
        set_up(sizes[n / 2], n % 2 == 1);
        churn(OPERATIONS / (2 * ARRAY_SIZE(sizes)));
        tear_down();
    }
    printf("# %lu operations, %lu of them refused\n", t.operations, t.failed);
    assert_true(t.operations >= 10000000 && t.failed > 10000);
}

/* Of every order as many blocks as there are, then none; and as much again when all came back. */
static void test_exhaustion(void **state)
{
    (void)state;
    for (unsigned n = 0; n < ARRAY_SIZE(sizes) - 1; n++) {
        set_up(sizes[n], false);
        for (unsigned order = 0; order < BUDDY_ORDERS; order++) {
            while (take(order)) {
            }
            assert_int_equal(t.ntaken, sizes[n] >> order);
            assert_int_equal(t.b.free_pages, sizes[n] - (t.ntaken << order));
            while (t.ntaken > 0)
                give((size_t)any(t.ntaken));
        }
        assert_int_equal(buddy_alloc(&t.b, BUDDY_ORDERS), BUDDY_NONE);
        assert_int_equal(buddy_alloc(&t.b, UINT32_MAX), BUDDY_NONE);
        tear_down();
    }
}

/* By hand: a block is split from its upper end, and the buddy is the number XOR 2^order. */
static void test_steps(void **state)
{
    (void)state;
    set_up(32, false);
    assert_int_equal(buddy_order_at(&t.b, 0), 5);
    assert_int_equal(buddy_alloc(&t.b, 1), 0);
    for (unsigned order = 1; order < 5; order++)
        assert_int_equal(buddy_order_at(&t.b, 0 ^ (size_t)1 << order), order);
    assert_int_equal(buddy_fragmentation(&t.b, 4), 100 * (2 + 4 + 8) / 30);
    assert_int_equal(buddy_fragmentation(&t.b, 5), 100);
    assert_int_equal(buddy_alloc(&t.b, 0), 2);
    assert_int_equal(buddy_alloc(&t.b, 3), 8);
    buddy_free(&t.b, 0, 1);
    assert_int_equal(buddy_order_at(&t.b, 0), 1);
    buddy_free(&t.b, 2, 0);
    assert_int_equal(buddy_order_at(&t.b, 0), 3);
    buddy_free(&t.b, 8, 3);
    assert_int_equal(buddy_order_at(&t.b, 0), 5);
    assert_int_equal(buddy_fragmentation(&t.b, 5), 0);
    buddy_model_destroy(&t.m);
    free(t.memory);
}

static void test_panics(void **state)
{
    (void)state;
    set_up(37, false);
    assert_int_equal(buddy_alloc(&t.b, 5), 0);
    buddy_free(&t.b, 8, 1);
    expect_panic(buddy_free(&t.b, 8, 1), "!bitmap_test");
    expect_panic(buddy_free(&t.b, 36, 0), "!bitmap_test");
    expect_panic(buddy_free(&t.b, 0, BUDDY_ORDERS), "order < BUDDY_ORDERS");
    expect_panic(buddy_free(&t.b, 6, 2), "is_aligned");
    expect_panic(buddy_free(&t.b, 37, 0), "index < b->npages");
    expect_panic(buddy_free(&t.b, SIZE_MAX, 0), "index < b->npages");
    expect_panic(buddy_free(&t.b, 36, 1), "n <= b->npages - index");
    expect_panic(buddy_free_range(&t.b, 30, 8), "n <= b->npages - index");
    expect_panic(buddy_free_range(&t.b, 38, 0), "index <= b->npages");
    expect_panic(buddy_init(&t.b, BITMAP_MAX, t.memory), "npages < BITMAP_MAX");
    buddy_model_destroy(&t.m);
    free(t.memory);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_exhaustion),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_panics),
    };

    return UNIT_RUN("buddy", tests);
}
