/* page.c - free pages: a list of those that came back, and the untouched rest of each range. */
#include <hal/info.h>
#include <hal/mmu.h>
#include <kernel/config.h>
#include <kernel/image.h>
#include <kernel/kassert.h>
#include <kernel/page.h>
#include <kernel/spinlock.h>
#include <lib/string.h>
#include <lib/util.h>

enum { POISON_FREE = 0x5a };

struct free_page {
    struct free_page *next;
    uintptr_t magic; /* DEBUG: FREE_MAGIC while it is on the list */
};

#define FREE_MAGIC ((uintptr_t)0x46524545)

static struct {
    struct spinlock   lock;
    struct free_page *list;
    struct mem_range  range[2 * BOOT_MAX_RANGES]; /* never handed out, ascending */
    unsigned          nrange;
    struct page_stat  stat;
} pages = { .lock = SPINLOCK_INIT("pages", RANK_PAGE) };

static void add_range(struct mem_range r, void *arg)
{
    (void)arg;
    uintptr_t base = align_up(r.base, PAGE_SIZE);
    uintptr_t end = align_down(r.base + r.size, PAGE_SIZE);
    if (base >= end)
        return;
    if (pages.nrange == ARRAY_SIZE(pages.range)) {
        printk(KERN_WARN "memory: too many pieces, %lu KiB at %p are left out\n",
               (unsigned long)(r.size / 1024), (void *)base);
        return;
    }
    pages.range[pages.nrange++] = (struct mem_range){ base, end - base };
    pages.stat.total += (end - base) / PAGE_SIZE;
}

void page_init(const struct boot_info *bi, uint64_t limit)
{
    struct mem_range taken[2 * BOOT_MAX_RANGES + 2];
    unsigned n = 0;
    for (unsigned i = 0; i < bi->reserved.n; i++)
        taken[n++] = bi->reserved.range[i];
    for (unsigned i = 0; i < bi->hidden.n; i++)
        taken[n++] = bi->hidden.range[i];
    taken[n++] = (struct mem_range){ hal_v2p(__image_start), (size_t)(__image_end - __image_start) };
    taken[n++] = bi->initrd;

    for (unsigned i = 0; i < bi->ram.n && limit > 0; i++) {
        struct mem_range r = bi->ram.range[i];
        r.size = (size_t)min_u64(r.size, limit);
        limit -= r.size;
        range_subtract(r, taken, n, add_range, NULL);
    }
    pages.stat.free = pages.stat.total;
}

/* DEBUG: all but the link. */
static bool is_as_freed(const struct free_page *f)
{
    const unsigned char *byte = (const unsigned char *)f;
    for (unsigned i = sizeof(*f); i < PAGE_SIZE; i++) {
        if (byte[i] != POISON_FREE)
            return false;
    }
    return f->magic == FREE_MAGIC;
}

void *page_alloc(unsigned order, enum page_owner owner)
{
    void *page = NULL;
    KASSERT(order == 0 && owner != PAGE_FREE);
    unsigned long s = spin_lock(&pages.lock);
    if (pages.list != NULL) {
        struct free_page *f = pages.list;
        if (CONFIG_DEBUG && !is_as_freed(f))
            panic("free page %p was written to", (void *)f);
        pages.list = f->next;
        f->magic = 0;
        page = f;
    } else {
        for (unsigned i = 0; i < pages.nrange && page == NULL; i++) {
            struct mem_range *r = &pages.range[i];
            if (r->size == 0)
                continue;
            page = hal_p2v(r->base);
            ((struct free_page *)page)->magic = 0; /* RAM may say what it said before a reset */
            r->base += PAGE_SIZE;
            r->size -= PAGE_SIZE;
        }
    }
    if (page != NULL)
        pages.stat.free--;
    spin_unlock(&pages.lock, s);
    return page;
}

void *page_alloc_zero(unsigned order, enum page_owner owner)
{
    void *page = page_alloc(order, owner);
    if (page != NULL)
        memset(page, 0, PAGE_SIZE);
    return page;
}

void page_free(void *page, unsigned order)
{
    struct free_page *f = page;
    KASSERT(order == 0 && is_aligned((uintptr_t)page, PAGE_SIZE));
    if (CONFIG_DEBUG) {
        if (f->magic == FREE_MAGIC)
            panic("page %p is freed twice", page);
        memset(page, POISON_FREE, PAGE_SIZE);
        f->magic = FREE_MAGIC;
    }
    unsigned long s = spin_lock(&pages.lock);
    f->next = pages.list;
    pages.list = f;
    pages.stat.free++;
    KASSERT(pages.stat.free <= pages.stat.total);
    spin_unlock(&pages.lock, s);
}

struct page_stat page_stat(void)
{
    unsigned long s = spin_lock(&pages.lock);
    struct page_stat stat = pages.stat;
    spin_unlock(&pages.lock, s);
    return stat;
}

uintptr_t page_map_base(void)
{
    return hal_info.kmap_end;
}
