/* memmap_check.c - kernel/memmap.c, against a map with one byte for each byte of memory.
 *
 * Each memory map has a process of its own, since memory is initialised only once.
 */
#include "memory_check.h"
#include "memory_host.h"
#include "unit.h"

#include <string.h>

#include <arch/layout.h>
#include <hal/mmu.h>
#include <kernel/memmap.h>

enum { MAPS = CONFIG_DEBUG ? 25 : 100, RAM_SIZE = 0x800000, PAGES = RAM_SIZE / PAGE_SIZE, EARLY = 6 };
enum { PER_PAGE = PAGE_SIZE / sizeof(struct page), SPAN = 0x200000, BLOCK = PAGE_SIZE << PAGE_MAX_ORDER };

struct scenario {
    struct boot_info bi;
    uint64_t limit, seed;
};

static uint8_t ram_bytes[RAM_SIZE], kept_bytes[RAM_SIZE]; /* 1: RAM within the limit; whose, if not free */
static uint8_t model[PAGES];                              /* enum page_owner */
static uint8_t seen[PAGES];
static size_t total, nfree, needed;

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
    uintptr_t at = unit_random(seed) % 4 == 0 ? BLOCK : 0;
    *s = (struct scenario){ .seed = unit_random(seed), .limit = UINT64_MAX };
    for (; ram->n < BOOT_MAX_RANGES && at < RAM_SIZE; ram->n++) {
        size_t hole = ram->n == 0 && unit_random(seed) % 2 ? 0 : any_size(seed), size = 3 * any_size(seed);
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

static void paint(const struct boot_ranges *ranges, enum page_owner owner)
{
    for (unsigned i = 0; i < ranges->n; i++)
        memset(&kept_bytes[ranges->range[i].base], (int)owner, ranges->range[i].size);
}

/* Of several who keep bytes in a page, the last of: firmware, initrd, image. */
static enum page_owner owner_of_page(size_t i)
{
    unsigned owner = PAGE_FREE;
    if (memchr(&ram_bytes[i * PAGE_SIZE], 0, PAGE_SIZE) != NULL)
        return PAGE_HOLE;
    for (size_t k = i * PAGE_SIZE; k < (i + 1) * PAGE_SIZE; k++)
        owner = kept_bytes[k] > owner ? kept_bytes[k] : owner;
    return owner;
}

/* Pages for tables, the map, the page of holes, and the bitmaps. */
static size_t pages_needed(size_t first, size_t last)
{
    size_t base = align_down(first, (size_t)1 << PAGE_MAX_ORDER), entries = 1;
    size_t npages = align_up(last - base, (size_t)PER_PAGE);
    size_t bitmaps = align_up(buddy_bytes(npages), PAGE_SIZE) / PAGE_SIZE;
    for (size_t i = base; i < base + npages; i += PER_PAGE) {
        bool any = false;
        for (size_t k = i; k < i + PER_PAGE && k < PAGES; k++)
            any |= model[k] != PAGE_HOLE;
        entries += any;
    }
    return 1 + entries + bitmaps; /* the last 2 MiB of the window have room for all of it: one table */
}

static void make_model(const struct scenario *s)
{
    const struct boot_info *bi = &s->bi;
    uint64_t left = s->limit;
    memset(ram_bytes, 0, sizeof(ram_bytes));
    memset(kept_bytes, PAGE_FREE, sizeof(kept_bytes));
    for (unsigned i = 0; i < bi->ram.n; i++) {
        uint64_t size = min_u64(bi->ram.range[i].size, left);
        memset(&ram_bytes[bi->ram.range[i].base], 1, size);
        left -= size;
    }
    paint(&bi->reserved, PAGE_FIRMWARE);
    paint(&bi->hidden, PAGE_FIRMWARE);
    memset(&kept_bytes[IMAGE_PA], PAGE_IMAGE, IMAGE_END_PA - IMAGE_PA);
    for (size_t i = bi->initrd.base; i < bi->initrd.base + bi->initrd.size; i++)
        kept_bytes[i] = kept_bytes[i] == PAGE_IMAGE ? PAGE_IMAGE : PAGE_INITRD;
    size_t first = PAGES, last = 0;
    total = nfree = 0;
    for (size_t i = 0; i < PAGES; i++) {
        model[i] = (uint8_t)owner_of_page(i);
        total += model[i] != PAGE_HOLE;
        nfree += model[i] == PAGE_FREE;
        last = model[i] != PAGE_HOLE ? i + 1 : last;
        first = model[i] != PAGE_HOLE ? min_size(first, i) : first;
    }
    needed = total > 0 ? pages_needed(first, last) : 0;
}

/* The lowest free pages, one by one; their owners are in the model from here on. */
static void take_early(unsigned n)
{
    size_t lowest = 0;
    for (unsigned i = 0; i < n; i++) {
        enum page_owner owner = i < n / 2 ? PAGE_STACK : PAGE_OTHER;
        void *page = page_alloc(0, owner);
        host_check(page_alloc(1, owner) == NULL);
        while (model[lowest] != PAGE_FREE)
            lowest++;
        host_check(page == hal_p2v(lowest * PAGE_SIZE));
        model[lowest] = (uint8_t)owner;
        nfree--;
    }
}

/* Every entry of the map; what the map itself took is where the model says free. */
static void check_entries(void)
{
    size_t count[PAGE_OWNERS], expected[PAGE_OWNERS] = { 0 };
    size_t base = hal_v2p(page_address(memmap)) / PAGE_SIZE, from, to, ram = 0;
    host_check(is_aligned(base, (size_t)1 << PAGE_MAX_ORDER));
    for (size_t i = base; i < PAGES && i < base + page_buddies().npages; i++) {
        const struct page *p = page_of(hal_p2v(i * PAGE_SIZE));
        host_check(p == &memmap[i - base] && page_address(p) == hal_p2v(i * PAGE_SIZE) && p->order == 0);
        if (model[i] == PAGE_FREE && (p->owner == PAGE_MAP || p->owner == PAGE_TABLE)) {
            model[i] = p->owner;
            nfree--;
        }
        host_check(p->owner == model[i]);
    }
    for (size_t i = base + page_buddies().npages; i < PAGES; i++)
        host_check(model[i] == PAGE_HOLE);
    for (size_t i = 0; i < PAGES; i++)
        expected[model[i]] += model[i] != PAGE_HOLE;
    page_count(count);
    host_check(memcmp(count, expected, sizeof(count)) == 0);
    host_check(count[PAGE_MAP] == (host_memory.holes > 0) + host_memory.maps - host_memory.holes);
    host_check(count[PAGE_TABLE] == host_memory.tables);
    host_check(page_stat().total == total && memmap_pages() == total && page_stat().free == nfree);
    for (unsigned i = 0; memmap_stretch(i, &from, &to); i++)
        ram += to - from;
    host_check(ram == total && page_map_base() == (uintptr_t)memmap);
}

/* All out, each once, and all back to what was at the start. */
static void all_out_and_back(void)
{
    static void *page[PAGES];
    struct buddy before = page_buddies();
    size_t n = 0;
    memset(seen, 0, sizeof(seen));
    for (char *p; (p = page_alloc(0, PAGE_USER)) != NULL; page[n++] = p) {
        size_t i = hal_v2p(p) / PAGE_SIZE;
        host_check(is_aligned((uintptr_t)p, PAGE_SIZE) && i < PAGES && model[i] == PAGE_FREE && !seen[i]);
        seen[i] = 1;
        memset(p, 0xee, PAGE_SIZE);
    }
    host_check(n == nfree && page_stat().free == 0 && page_alloc_zero(0, PAGE_USER) == NULL);
    while (n > 0)
        page_free(page[--n], 0);
    host_check(page_stat().free == nfree);
    memory_host_settle();
    struct buddy after = page_buddies();
    host_check(memcmp(before.blocks, after.blocks, sizeof(before.blocks)) == 0);
}

static void run_scenario(void *arg)
{
    struct scenario *s = arg;
    unsigned early = nfree > needed + EARLY ? (unsigned)(unit_random(&s->seed) % EARLY) : 0;
    memory_host_ram(RAM_SIZE);
    host_become_cpu(0);
    page_early_init(&s->bi, s->limit);
    host_check(page_map_base() == KMAP_END);
    take_early(early);
    page_init();
    check_entries();
    all_out_and_back();
}

static void run(struct scenario *s, unsigned number)
{
    make_model(s);
    printf("# map %u: %u ranges of RAM, %u reserved, %u hidden, limit 0x%llx: %zu of %zu pages\n", number,
           s->bi.ram.n, s->bi.reserved.n, s->bi.hidden.n, (unsigned long long)s->limit, nfree, total);
    host_in_child(run_scenario, s, total == 0 ? "no RAM" : nfree < needed ? "no memory for the" : NULL);
}

void memmap_check_random(void **state)
{
    (void)state;
    uint64_t seed = unit_seed();
    struct scenario s;
    for (unsigned i = 0; i < MAPS; i++) {
        any_scenario(&s, i % 3 == 0 ? BOOT_MAX_RANGES : 4, &seed);
        run(&s, i);
    }
}

/* Each kind of range at the edges of pages. */
void memmap_check_edges(void **state)
{
    (void)state;
    struct scenario s = { .limit = UINT64_MAX, .seed = 1 };
    struct boot_info *bi = &s.bi;
    run(&s, 0); /* no memory at all */

    bi->ram = (struct boot_ranges){ { { 0, RAM_SIZE } }, 1 };
    for (s.limit = PAGE_SIZE - 1; s.limit <= PAGE_SIZE + 1; s.limit++)
        run(&s, 2);
    for (s.limit = 18 * PAGE_SIZE; s.limit <= 34 * PAGE_SIZE; s.limit += PAGE_SIZE)
        run(&s, 3);
    s.limit = UINT64_MAX;

    /* One byte costs a page, and one byte more or less at its ends another one or none. */
    bi->reserved = (struct boot_ranges){ { { 0x1fff, 1 }, { 0x4000, 1 }, { 0x7fff, 2 } }, 3 };
    bi->hidden = (struct boot_ranges){ { { 0xa000, 0x1000 }, { 0x10001, 0xfff }, { 0x12fff, 0x1002 } }, 3 };
    bi->initrd = (struct mem_range){ RAM_SIZE - 1, 1 };
    run(&s, 4);
    bi->ram = (struct boot_ranges){ { { 1, 0x1fff }, { 0x3001, 0x11ffe }, { 0x16000, 0x100001 } }, 3 };
    run(&s, 5);
    for (unsigned n = 1; n <= BOOT_MAX_RANGES; n++) { /* as many pieces as there can be */
        uintptr_t at = (n - 1) * 0x30000;
        bi->ram.range[n - 1] = (struct mem_range){ at, 0x20000 };
        bi->reserved.range[n - 1] = (struct mem_range){ at + 0x8000, 0x1000 };
        bi->hidden.range[n - 1] = (struct mem_range){ at + 0x10000, 0x1000 };
        bi->ram.n = bi->reserved.n = bi->hidden.n = n;
        run(&s, 6);
    }
}
