/* test_range.c - lib/range.c, against a map with one byte for each address.
 *
 * Planted and caught: last addresses off by one; empty cuts looked at; cuts taken in the order given; the
 * last byte of a cut left in, and a byte too much behind it; ends in place of last addresses, which wrap,
 * of the range and of the cuts; empty pieces. Sorted downwards; the first place not looked at; sizes left
 * behind; one lost.
 */
#include "unit.h"

#include <string.h>

#include <lib/range.h>

enum { CASES = 300000, SORTS = 20000, SPAN = 96, MOST_CUTS = 9 };

struct seen {
    uintptr_t window;  /* address of map[0] */
    uint8_t map[SPAN]; /* what the pieces covered */
    unsigned pieces;
    uintptr_t last; /* of the piece before */
};

static void see(struct mem_range piece, void *arg)
{
    struct seen *s = arg;

    assert_true(piece.size > 0 && piece.base >= s->window);
    assert_true(piece.base - s->window < SPAN && piece.size <= SPAN - (piece.base - s->window));
    if (s->pieces > 0)
        assert_true(piece.base > s->last + 1); /* rising, and not cut where nothing is */
    s->last = piece.base + (piece.size - 1);
    s->pieces++;
    memset(&s->map[piece.base - s->window], 1, piece.size);
}

/* Anywhere in the window, often at its ends; sometimes empty. */
static struct mem_range any_range(uint64_t *seed, uintptr_t window, unsigned longest)
{
    size_t at = unit_random(seed) % SPAN, size = unit_random(seed) % (longest + 1);

    if (unit_random(seed) % 8 == 0)
        at = 0;
    if (unit_random(seed) % 8 == 0 || size > SPAN - at)
        size = SPAN - at;
    return (struct mem_range){ window + at, size };
}

static void paint(uint8_t *map, uintptr_t window, struct mem_range r, int value)
{
    if (r.size > 0)
        memset(&map[r.base - window], value, r.size);
}

static void one_case(uint64_t *seed, uintptr_t window)
{
    struct seen got = { .window = window };
    struct mem_range r = any_range(seed, window, SPAN), cut[MOST_CUTS];
    unsigned ncuts = (unsigned)(unit_random(seed) % (MOST_CUTS + 1));
    uint8_t map[SPAN] = { 0 };

    paint(map, window, r, 1);
    for (unsigned i = 0; i < ncuts; i++) {
        cut[i] = any_range(seed, window, i % 2 ? SPAN / 8 : SPAN / 2);
        paint(map, window, cut[i], 0);
    }
    range_subtract(r, cut, ncuts, see, &got);
    if (memcmp(map, got.map, SPAN) != 0)
        fail_msg("window 0x%lx, range 0x%lx size %zu, %u cuts: wrong pieces", (unsigned long)window,
                 (unsigned long)r.base, r.size, ncuts);
}

static void test_random(void **state)
{
    (void)state;
    uint64_t seed = unit_seed();
    const uintptr_t windows[] = { 0, 0x80000000u - SPAN / 2, UINTPTR_MAX / 2 - SPAN / 3,
                                  UINTPTR_MAX - (SPAN - 1) };

    for (unsigned i = 0; i < CASES; i++)
        one_case(&seed, windows[i % ARRAY_SIZE(windows)]);
    printf("# %d cases\n", CASES);
}

/* In order, and still the same ranges: each size says which it was. */
static void test_sort(void **state)
{
    (void)state;
    uint64_t seed = unit_seed();

    for (unsigned i = 0; i < SORTS; i++) {
        struct mem_range before[17], r[17];
        unsigned n = (unsigned)(unit_random(&seed) % (ARRAY_SIZE(r) + 1)), found = 0;

        for (unsigned k = 0; k < n; k++)
            r[k] = before[k] = (struct mem_range){ unit_random(&seed) >> (i % 2 ? 0 : 61), k };
        range_sort(r, n);
        for (unsigned k = 0; k < n; k++) {
            assert_true(k == 0 || r[k - 1].base <= r[k].base);
            assert_true(r[k].size < n && r[k].base == before[r[k].size].base);
            found |= 1u << r[k].size;
        }
        assert_int_equal(found, (1u << n) - 1);
    }
}

struct pieces {
    struct mem_range piece[8];
    unsigned n;
};

static void keep(struct mem_range piece, void *arg)
{
    struct pieces *p = arg;

    assert_true(p->n < ARRAY_SIZE(p->piece));
    p->piece[p->n++] = piece;
}

#define EXPECT(p, i, from, bytes)                               \
    do {                                                        \
        assert_true((i) < (p).n);                               \
        assert_int_equal((p).piece[i].base, (uintptr_t)(from)); \
        assert_int_equal((p).piece[i].size, (size_t)(bytes));   \
    } while (0)

/* All memory but the last byte, which a size cannot say, and cuts far from each other. */
static void test_wide(void **state)
{
    (void)state;
    const size_t most = SIZE_MAX;
    const struct mem_range cut[] = {
        { UINTPTR_MAX - 0xfff, 0x1000 }, { 0x1000, 0x1000 }, { 0, 0 }, { 0x1800, 0x2000 }, { UINTPTR_MAX, 0 },
    };
    struct pieces p = { .n = 0 };

    range_subtract((struct mem_range){ 0, most }, NULL, 0, keep, &p);
    EXPECT(p, 0, 0, most);
    range_subtract((struct mem_range){ 1, most }, cut, ARRAY_SIZE(cut), keep, &p);
    EXPECT(p, 1, 1, 0xfff);
    EXPECT(p, 2, 0x3800, most - 0xfff - 0x3800);
    assert_int_equal(p.n, 3);
    range_subtract((struct mem_range){ 1, most }, &(struct mem_range){ 0, most }, 1, keep, &p);
    EXPECT(p, 3, UINTPTR_MAX, 1);
    range_subtract((struct mem_range){ 0x1000, 0x1000 }, &cut[1], 1, keep, &p);
    range_subtract((struct mem_range){ 0x1000, 0 }, NULL, 0, keep, &p);
    assert_int_equal(p.n, 4);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_sort),
        cmocka_unit_test(test_wide),
    };

    return UNIT_RUN("range", tests);
}
