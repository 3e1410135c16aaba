/*
 * memmap.c - which RAM there is, the pages handed out before there is a map of it, and the map.
 */
#include <hal/info.h>
#include <hal/mmu.h>
#include <kernel/image.h>
#include <kernel/kassert.h>
#include <kernel/memmap.h>
#include <kernel/vm.h>
#include <lib/string.h>
#include <lib/util.h>

enum {
    MAX_CUTS = 2 * BOOT_MAX_RANGES + 2,
    MAX_PIECES = BOOT_MAX_RANGES + MAX_CUTS, /* no cut makes more than one piece more */
    MAX_RUNS = MAX_PIECES + 8,
    BLOCK = PAGE_SIZE << PAGE_MAX_ORDER,
    PER_PAGE = PAGE_SIZE / sizeof(struct page), /* entries of the map in a page of it */
};
_Static_assert(sizeof(struct page) <= 32 && PAGE_SIZE % sizeof(struct page) == 0, "the map is one array");

struct page *memmap;
uintptr_t page_map_bias;

static struct {
    const struct boot_info *bi;
    struct mem_range ram[BOOT_MAX_RANGES]; /* whole pages, up to the limit; ascending, none touch */
    unsigned nram;
    struct mem_range piece[MAX_PIECES]; /* of it, what nobody has; ascending. Empty after memmap_init() */
    unsigned npieces;
    struct {
        struct mem_range at;
        enum page_owner owner;
    } run[MAX_RUNS]; /* what memmap_early_page() handed out */
    unsigned nruns;
    size_t pages;   /* of ram[] */
    size_t span;    /* and with the holes */
    uintptr_t base; /* physical address of index 0: aligned to the largest block */
} map;

static struct mem_range whole_pages(struct mem_range r)
{
    uintptr_t base = align_up(r.base, PAGE_SIZE);
    uintptr_t end = align_down(r.base + r.size, PAGE_SIZE);
    return (struct mem_range){ base, end > base ? end - base : 0 };
}

static void add_ram(struct mem_range r)
{
    r = whole_pages(r);
    if (r.size == 0)
        return;
    struct mem_range *last = map.nram > 0 ? &map.ram[map.nram - 1] : NULL;
    if (last != NULL && last->base + last->size == r.base)
        last->size += r.size;
    else
        map.ram[map.nram++] = r;
    map.pages += r.size / PAGE_SIZE;
}

static void add_piece(struct mem_range r, void *arg)
{
    (void)arg;
    r = whole_pages(r);
    if (r.size > 0)
        map.piece[map.npieces++] = r;
}

/* The map may take half of the kmap window; what it has no room for is left out. */
static uint64_t map_limit(const struct boot_info *bi)
{
    uintptr_t entries = (hal_info.kmap_end - hal_info.kmap_base) / 2 / (sizeof(struct page) + 1);
    uint64_t span = (uint64_t)align_down(entries, 1u << PAGE_MAX_ORDER) * PAGE_SIZE;
    return align_down(bi->ram.range[0].base, BLOCK) + span;
}

void memmap_early_init(const struct boot_info *bi, uint64_t limit)
{
    struct mem_range taken[MAX_CUTS];
    unsigned n = 0;
    for (unsigned i = 0; i < bi->reserved.n; i++)
        taken[n++] = bi->reserved.range[i];
    for (unsigned i = 0; i < bi->hidden.n; i++)
        taken[n++] = bi->hidden.range[i];
    taken[n++] = (struct mem_range){ hal_v2p(__image_start), (size_t)(__image_end - __image_start) };
    taken[n++] = bi->initrd;

    map.bi = bi;
    for (unsigned i = 0; i < bi->ram.n && limit > 0; i++) {
        struct mem_range r = bi->ram.range[i];
        uint64_t room = map_limit(bi) > r.base ? map_limit(bi) - r.base : 0;
        if (r.size > room)
            printk(KERN_WARN "memory: no room to map what lies above %llu MiB\n",
                   (unsigned long long)(map_limit(bi) >> 20));
        r.size = (size_t)min_u64(min_u64(r.size, limit), room);
        limit -= r.size;
        add_ram(r);
        range_subtract(r, taken, n, add_piece, NULL);
    }
}

static void note_early_page(uintptr_t pa, enum page_owner owner)
{
    unsigned last = map.nruns - 1;
    if (map.nruns > 0 && map.run[last].owner == owner &&
        map.run[last].at.base + map.run[last].at.size == pa) {
        map.run[last].at.size += PAGE_SIZE;
        return;
    }
    KASSERT(map.nruns < MAX_RUNS);
    map.run[map.nruns].at = (struct mem_range){ pa, PAGE_SIZE };
    map.run[map.nruns++].owner = owner;
}

void *memmap_early_page(enum page_owner owner)
{
    for (unsigned i = 0; i < map.npieces; i++) {
        struct mem_range *r = &map.piece[i];
        if (r->size == 0)
            continue;
        uintptr_t pa = r->base;
        r->base += PAGE_SIZE;
        r->size -= PAGE_SIZE;
        note_early_page(pa, owner);
        return hal_p2v(pa);
    }
    return NULL;
}

static size_t index_of(uintptr_t pa)
{
    return (pa - map.base) / PAGE_SIZE;
}

/* How many pages of RAM lie in there. */
static size_t ram_within(uintptr_t from, uintptr_t to)
{
    size_t pages = 0;
    for (unsigned i = 0; i < map.nram; i++) {
        uintptr_t base = max_size(map.ram[i].base, from);
        uintptr_t end = min_size(map.ram[i].base + map.ram[i].size, to);
        if (base < end)
            pages += (end - base) / PAGE_SIZE;
    }
    return pages;
}

static void *map_page(void)
{
    void *page = memmap_early_page(PAGE_MAP);
    if (page == NULL)
        panic("no memory for the memory map");
    return page;
}

static void map_at(uintptr_t va, const void *page, unsigned prot)
{
    if (vm_map(&vm_kernel, va, hal_v2p(page), prot) != 0)
        panic("no memory for the tables of the memory map");
}

static void set_owner(struct mem_range r, enum page_owner owner)
{
    for (size_t i = index_of(r.base); i < index_of(r.base + r.size); i++)
        memmap[i].owner = (uint8_t)owner;
}

/* The page of the map for where there is no RAM, always the same. */
static const void *hole_page(void)
{
    static struct page *hole;
    if (hole != NULL)
        return hole;
    hole = map_page();
    memset(hole, 0, PAGE_SIZE);
    for (unsigned i = 0; i < PER_PAGE; i++)
        hole[i].owner = PAGE_HOLE;
    return hole;
}

/* npages entries. Those of free RAM stay zero, which is PAGE_FREE. */
static void map_entries(size_t npages)
{
    for (size_t i = 0; i < npages; i += PER_PAGE) {
        uintptr_t pa = map.base + i * PAGE_SIZE;
        size_t ram = ram_within(pa, pa + PER_PAGE * PAGE_SIZE);
        if (ram == 0) {
            map_at((uintptr_t)&memmap[i], hole_page(), PROT_R);
            continue;
        }
        map_at((uintptr_t)&memmap[i], map_page(), PROT_R | PROT_W);
        memset(&memmap[i], 0, PAGE_SIZE);
        for (unsigned k = 0; k < PER_PAGE && ram < PER_PAGE; k++) {
            if (ram_within(pa + k * PAGE_SIZE, pa + (k + 1) * PAGE_SIZE) == 0)
                memmap[i + k].owner = PAGE_HOLE;
        }
    }
}

/* Of r only what is RAM of the map; a page of which a part is meant is meant. */
static void set_owner_of_ram(struct mem_range r, enum page_owner owner)
{
    uintptr_t base = align_down(r.base, PAGE_SIZE);
    uintptr_t end = align_up(r.base + r.size, PAGE_SIZE);
    for (uintptr_t pa = base; r.size > 0 && pa != end; pa += PAGE_SIZE) {
        if (ram_within(pa, pa + PAGE_SIZE) > 0)
            memmap[index_of(pa)].owner = (uint8_t)owner;
    }
}

static void mark_reserved(const struct boot_info *bi)
{
    for (unsigned i = 0; i < bi->reserved.n; i++)
        set_owner_of_ram(bi->reserved.range[i], PAGE_FIRMWARE);
    for (unsigned i = 0; i < bi->hidden.n; i++)
        set_owner_of_ram(bi->hidden.range[i], PAGE_FIRMWARE);
    set_owner_of_ram(bi->initrd, PAGE_INITRD);
    struct mem_range image = { hal_v2p(__image_start), (size_t)(__image_end - __image_start) };
    set_owner_of_ram(image, PAGE_IMAGE);
}

void memmap_init(struct buddy *b)
{
    if (map.nram == 0)
        panic("no RAM");
    const struct mem_range *last = &map.ram[map.nram - 1];
    map.base = align_down(map.ram[0].base, BLOCK);
    size_t npages = align_up(index_of(last->base + last->size), PER_PAGE);
    size_t bitmaps = align_up(buddy_bytes(npages), PAGE_SIZE);
    uintptr_t base = hal_info.kmap_end - npages * sizeof(struct page) - bitmaps;
    if (vm_make_tables(&vm_kernel, base, hal_info.kmap_end) != 0)
        panic("no memory for the tables of the memory map");

    map.span = npages;
    memmap = (struct page *)base;
    page_map_bias = base - ((uintptr_t)hal_p2v(map.base) >> PAGE_SHIFT) * sizeof(struct page);
    map_entries(npages);
    char *memory = (char *)&memmap[npages];
    for (size_t at = 0; at < bitmaps; at += PAGE_SIZE)
        map_at((uintptr_t)memory + at, map_page(), PROT_R | PROT_W);
    memset(memory, 0, bitmaps);
    buddy_init(b, npages, memory);

    mark_reserved(map.bi);
    for (unsigned i = 0; i < map.nruns; i++)
        set_owner(map.run[i].at, map.run[i].owner);
    for (unsigned i = 0; i < map.npieces; i++)
        buddy_free_range(b, index_of(map.piece[i].base), map.piece[i].size / PAGE_SIZE);
    map.npieces = 0;
}

static bool reaches_into(const struct boot_ranges *r, uintptr_t pa)
{
    for (unsigned i = 0; i < r->n; i++) {
        const struct mem_range *kept = &r->range[i];
        if (kept->size > 0 && kept->base < (uint64_t)pa + PAGE_SIZE && pa < kept->base + kept->size)
            return true;
    }
    return false;
}

void memmap_free_initrd(void)
{
    struct mem_range r = map.bi->initrd;
    uintptr_t end = align_up(r.base + r.size, PAGE_SIZE);
    for (uintptr_t pa = align_down(r.base, PAGE_SIZE); r.size > 0 && pa != end; pa += PAGE_SIZE) {
        if (ram_within(pa, pa + PAGE_SIZE) == 0 || memmap[index_of(pa)].owner != PAGE_INITRD)
            continue;
        struct page *p = &memmap[index_of(pa)];
        bool kept = reaches_into(&map.bi->reserved, pa) || reaches_into(&map.bi->hidden, pa);
        p->owner = kept ? PAGE_FIRMWARE : PAGE_OTHER;
        if (!kept)
            page_free(page_address(p), 0);
    }
}

uintptr_t page_map_base(void)
{
    return memmap != NULL ? (uintptr_t)memmap : hal_info.kmap_end;
}

size_t memmap_pages(void)
{
    return map.pages;
}

size_t memmap_span(void)
{
    return map.span;
}

bool memmap_stretch(unsigned which, size_t *from, size_t *to)
{
    if (which >= map.nram)
        return false;
    *from = index_of(map.ram[which].base);
    *to = index_of(map.ram[which].base + map.ram[which].size);
    return true;
}

const char *page_owner_name(enum page_owner owner)
{
    static const char *const names[PAGE_OWNERS] = {
        "free",          "no RAM", "firmware",      "kernel image", "initrd", "memory map", "page tables",
        "kernel stacks", "slabs",  "large kmalloc", "user",         "files",  "other",
    };
    return owner < PAGE_OWNERS ? names[owner] : "?";
}
