/* test_page.c - kernel/page.c, against a map with one byte for each byte of memory.
 *
 * Each memory map has a process of its own, since pages are initialised only once.
 * Planted and caught: pages that begin or end outside of RAM; reserved, hidden, initrd and image not left
 * out; the limit ignored, and applied to each range; only the first range used; the same page twice, from
 * the list and from a range; a range without end, and one whose last page is kept; free pages not counted,
 * each way, and not all in the total; the list cut by a free; a page not cleared to its end; pieces of RAM
 * lost, with and without a word, and more of them kept than there is room for; a misaligned page and a
 * stranger taken back.
 */
#include "host.h"
#include "unit.h"

#include <string.h>

#include <hal/mmu.h>
#include <kernel/page.h>

enum { MAPS = 150, RAM_SIZE = 0x800000, PAGES = RAM_SIZE / PAGE_SIZE, MOST_PIECES = 2 * BOOT_MAX_RANGES };

struct scenario {
    struct boot_info bi;
    uint64_t limit, seed;
};

enum { FREE, TAKEN, NEVER };          /* what the model knows of a page */

static uint8_t bytes[RAM_SIZE];       /* 1: may be handed out */
static uint8_t model[PAGES];
static uint64_t marks[PAGES];         /* what the owner of a page wrote into it */
static uintptr_t taken[PAGES];        /* pages that are taken */
static unsigned ntaken, expected;

static size_t any_size(uint64_t *seed)
{
    static const size_t steps[] = { 1, 512, PAGE_SIZE, PAGE_SIZE };
    size_t step = steps[unit_random(seed) % ARRAY_SIZE(steps)];

    return (unit_random(seed) % (RAM_SIZE / 16 / step) + 1) * step;
}

static struct mem_range anywhere(uint64_t *seed)
{
    size_t size = any_size(seed) / 4 + 1;
    uintptr_t base = unit_random(seed) % (RAM_SIZE - size);

    if (unit_random(seed) % 2)
        base = align_down(base, PAGE_SIZE);
    return (struct mem_range){ base, size };
}

static void any_ranges(struct boot_ranges *to, unsigned most, uint64_t *seed)
{
    to->n = (unsigned)(unit_random(seed) % (most + 1));
    for (unsigned i = 0; i < to->n; i++)
        to->range[i] = anywhere(seed);
}

/* RAM ascends, with holes between; the rest lies anywhere, also over the image and outside of RAM. */
static void any_scenario(struct scenario *s, unsigned pieces, uint64_t *seed)
{
    struct boot_ranges *ram = &s->bi.ram;
    uintptr_t at = 0;

    *s = (struct scenario){ .seed = unit_random(seed), .limit = UINT64_MAX };
    for (; ram->n < BOOT_MAX_RANGES && at < RAM_SIZE; ram->n++) {
        size_t hole = ram->n == 0 && unit_random(seed) % 2 ? 0 : any_size(seed), size = 2 * any_size(seed);

        if (hole >= RAM_SIZE - at)
            break;
        at += hole;
        size = min_size(size, RAM_SIZE - at);
        ram->range[ram->n] = (struct mem_range){ at, size };
        at += size;
    }
    any_ranges(&s->bi.reserved, pieces, seed);
    any_ranges(&s->bi.hidden, pieces, seed);
    if (unit_random(seed) % 2)
        s->bi.initrd = anywhere(seed);
    if (unit_random(seed) % 2)
        s->limit = unit_random(seed) % RAM_SIZE;
}

static void paint(const struct boot_ranges *ranges, int value)
{
    for (unsigned i = 0; i < ranges->n; i++)
        memset(&bytes[ranges->range[i].base], value, ranges->range[i].size);
}

/* The next byte of that value, or the end. */
static const uint8_t *find(const uint8_t *from, int value)
{
    const uint8_t *end = bytes + RAM_SIZE, *at = memchr(from, value, (size_t)(end - from));

    return at != NULL ? at : end;
}

/* Pages of which every byte may be handed out; of too many stretches of memory the last are left out. */
static unsigned make_model(const struct scenario *s)
{
    const struct boot_info *bi = &s->bi;
    uint64_t left = s->limit;
    unsigned pieces = 0;

    for (unsigned i = 0; i < bi->ram.n; i++) {
        uint64_t size = min_u64(bi->ram.range[i].size, left);

        memset(&bytes[bi->ram.range[i].base], 1, size);
        left -= size;
    }
    paint(&bi->reserved, 0);
    paint(&bi->hidden, 0);
    memset(&bytes[bi->initrd.base], 0, bi->initrd.size);
    memset(&bytes[IMAGE_PA], 0, IMAGE_END_PA - IMAGE_PA);

    memset(model, NEVER, sizeof(model));
    for (const uint8_t *from = bytes, *to; (from = find(from, 1)) < bytes + RAM_SIZE; from = to) {
        size_t first = align_up((size_t)(from - bytes), PAGE_SIZE) / PAGE_SIZE, last;

        to = find(from, 0);
        last = (size_t)(to - bytes) / PAGE_SIZE;
        if (first < last && pieces++ < MOST_PIECES) {
            memset(&model[first], FREE, last - first);
            expected += last - first;
        }
    }
    return pieces;
}

static void check_counts(void)
{
    host_check(page_stat().total == expected && page_stat().free == expected - ntaken);
}

/* At its beginning, in the middle and at the end. */
static uint64_t *mark_in(uintptr_t pa, unsigned which)
{
    static const unsigned at[] = { 0, PAGE_SIZE / 2, PAGE_SIZE - sizeof(uint64_t) };

    return (uint64_t *)((char *)hal_p2v(pa) + at[which]);
}

/* One page that nobody has, and that somebody may have; its new owner marks it. False: there is none. */
static bool take(uint64_t *seed)
{
    bool zero = unit_random(seed) % 4 == 0;
    char *page = zero ? page_alloc_zero(0, PAGE_OTHER) : page_alloc(0, PAGE_OTHER);
    uintptr_t pa;

    if (page == NULL)
        return false;
    pa = hal_v2p(page);
    host_check(is_aligned(pa, PAGE_SIZE) && pa < RAM_SIZE);
    host_check(model[pa / PAGE_SIZE] == FREE);
    host_check(!zero || (page[0] == 0 && memcmp(page, page + 1, PAGE_SIZE - 1) == 0));
    model[pa / PAGE_SIZE] = TAKEN;
    taken[ntaken++] = pa;
    marks[pa / PAGE_SIZE] = unit_random(seed);
    for (unsigned i = 0; i < 3; i++)
        *mark_in(pa, i) = marks[pa / PAGE_SIZE];
    return true;
}

static void give_back(unsigned which)
{
    uintptr_t pa = taken[which];

    for (unsigned i = 0; i < 3; i++)
        host_check(*mark_in(pa, i) == marks[pa / PAGE_SIZE]);
    memset(hal_p2v(pa), 0xff, PAGE_SIZE);
    model[pa / PAGE_SIZE] = FREE;
    taken[which] = taken[--ntaken];
    page_free(hal_p2v(pa), 0);
}

static void take_all(uint64_t *seed)
{
    while (take(seed))
        continue;
    host_check(ntaken == expected);
    host_check(page_alloc_zero(0, PAGE_OTHER) == NULL);
    check_counts();
}

/* In a process of its own: all out, all back, then forth and back at random. */
static void run_scenario(void *arg)
{
    struct scenario *s = arg;
    unsigned pieces = make_model(s);

    host_check(page_stat().total == 0 && page_alloc(0, PAGE_OTHER) == NULL);
    page_init(&s->bi, s->limit);
    host_check((strstr(host_log, "too many pieces") != NULL) == (pieces > MOST_PIECES));
    check_counts();
    take_all(&s->seed);
    for (unsigned i = 0; i < 3 * expected; i++) {
        if (ntaken > 0 && unit_random(&s->seed) % 5 < 3)
            give_back((unsigned)(unit_random(&s->seed) % ntaken));
        else
            take(&s->seed);
        if (i % 16 == 0)
            check_counts();
    }
    take_all(&s->seed);
    while (ntaken > 0)
        give_back((unsigned)(unit_random(&s->seed) % ntaken));
    check_counts();
}

static void run(struct scenario *s, unsigned number)
{
    printf("# map %u: %u ranges of RAM, %u reserved, %u hidden, limit 0x%llx\n", number, s->bi.ram.n,
           s->bi.reserved.n, s->bi.hidden.n, (unsigned long long)s->limit);
    host_in_child(run_scenario, s, NULL);
}

static void test_random(void **state)
{
    (void)state;
    uint64_t seed = unit_seed();
    struct scenario s;

    host_ram(RAM_SIZE);
    for (unsigned i = 0; i < MAPS; i++) {
        any_scenario(&s, i % 3 == 0 ? BOOT_MAX_RANGES : 4, &seed);
        run(&s, i);
    }
}

/* Each kind of range at the edges of pages. */
static void test_edges(void **state)
{
    (void)state;
    struct scenario s = { .limit = UINT64_MAX, .seed = 1 };
    struct boot_info *bi = &s.bi;

    host_ram(RAM_SIZE);
    run(&s, 0); /* no memory at all */

    bi->ram = (struct boot_ranges){ { { 0, RAM_SIZE } }, 1 };
    for (s.limit = PAGE_SIZE - 1; s.limit <= PAGE_SIZE + 1; s.limit++)
        run(&s, 2);
    s.limit = UINT64_MAX;

    /* One byte costs a page, and one byte more or less at its ends another one or none. */
    bi->reserved = (struct boot_ranges){ { { 0x1fff, 1 }, { 0x4000, 1 }, { 0x7fff, 2 } }, 3 };
    bi->hidden = (struct boot_ranges){ { { 0xa000, 0x1000 }, { 0x10001, 0xfff }, { 0x12fff, 0x1002 } }, 3 };
    bi->initrd = (struct mem_range){ RAM_SIZE - 1, 1 };
    run(&s, 3);
    bi->ram = (struct boot_ranges){ { { 1, 0x1fff }, { 0x3001, 0x1ffe }, { 0x6000, 0x1001 } }, 3 };
    run(&s, 4);
}

/* As many ranges as there can be make more pieces than there is room for: the last are left out. */
static void test_pieces(void **state)
{
    (void)state;
    struct scenario s = { .limit = UINT64_MAX, .seed = 1 };

    host_ram(RAM_SIZE);
    for (unsigned n = 1; n <= BOOT_MAX_RANGES; n++) {
        uintptr_t at = (n - 1) * 0x30000;

        s.bi.ram.range[n - 1] = (struct mem_range){ at, 0x20000 };
        s.bi.reserved.range[n - 1] = (struct mem_range){ at + 0x8000, 0x1000 };
        s.bi.hidden.range[n - 1] = (struct mem_range){ at + 0x10000, 0x1000 };
        s.bi.ram.n = s.bi.reserved.n = s.bi.hidden.n = n;
        run(&s, 3 * n);
    }
}

static void hand_back_a_stranger(void *arg)
{
    static const struct boot_info bi = { .ram = { { { 0, 0x10000 } }, 1 } };
    (void)arg;

    page_init(&bi, UINT64_MAX);
    host_check(page_stat().free == 16);
    page_free(hal_p2v(0x20000), 0); /* more free than there are */
}

static void test_panics(void **state)
{
    (void)state;
    host_ram(RAM_SIZE);
    expect_panic(page_free((char *)hal_p2v(0x1000) + 8, 0), "PAGE_SIZE");
    host_in_child(hand_back_a_stranger, NULL, "stat.free <= ");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_panics),
    };

    return UNIT_RUN("page", tests);
}
