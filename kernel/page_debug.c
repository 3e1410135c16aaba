/* page_debug.c - free pages that were written to, and blocks that must not be freed: what a panic says. */
#include <kernel/ksyms.h>
#include <kernel/memmap.h>
#include <kernel/page_debug.h>
#include <kernel/printk.h>
#include <lib/string.h>
#include <lib/util.h>

enum { POISON_FREE = 0x5a };

/* By words: this is done with every page. */
static bool is_poisoned(const void *page)
{
    const uintptr_t *word = page;
    uintptr_t pattern = UINTPTR_MAX / 0xff * POISON_FREE, differs = 0;
    for (unsigned i = 0; i < PAGE_SIZE / sizeof(*word); i++)
        differs |= word[i] ^ pattern;
    return differs == 0;
}

static _Noreturn void written_to(const unsigned char *page)
{
    unsigned at = 0;
    while (page[at] == POISON_FREE)
        at++;
    panic("free page %p was written to: 0x%02x at offset %u", (const void *)page, page[at], at);
}

void page_check_poison(struct page *p, unsigned order)
{
    for (size_t i = 0; i < (size_t)1 << order; i++) {
        if (p[i].poisoned && !is_poisoned(page_address(&p[i])))
            written_to(page_address(&p[i]));
        p[i].poisoned = false;
    }
}

void page_poison(struct page *p, unsigned order)
{
    memset(page_address(p), POISON_FREE, (size_t)PAGE_SIZE << order);
    for (size_t i = 0; i < (size_t)1 << order; i++)
        p[i].poisoned = true;
}

/* The block in use that page i lies in, but does not begin; NULL: in none. */
static const struct page *block_around(size_t i)
{
    for (unsigned order = 1; order <= PAGE_MAX_ORDER; order++) {
        const struct page *p = &memmap[align_down(i, (size_t)1 << order)];
        if (p->owner > PAGE_HOLE && p->order >= order && p != &memmap[i])
            return p;
    }
    return NULL;
}

void page_bad_free(const void *block, unsigned order, uintptr_t caller)
{
    char now[64], before[64];
    ksyms_name(caller - 1, now, sizeof(now));
    const struct page *p = page_of(block);
    size_t i = ((uintptr_t)p - (uintptr_t)memmap) / sizeof(struct page);
    if (i >= memmap_span() || p->owner == PAGE_HOLE)
        panic("page_free(%p, %u) in %s: there is no RAM", block, order, now);
    const struct page *around = block_around(i);
    if (p->owner == PAGE_FREE && around != NULL)
        p = around;
    ksyms_name(p->caller - 1, before, sizeof(before));
    if (p == around)
        panic("page_free(%p, %u) in %s: it lies within the block of order %u at %p that %s took", block,
              order, now, p->order, page_address(p), before);
    if (p->owner == PAGE_FREE)
        panic("page_free(%p, %u) in %s: it is free already, since %s", block, order, now,
              p->caller != 0 ? before : "boot");
    panic("page_free(%p, %u) in %s: it is a block of order %u (%s) that %s took", block, order, now, p->order,
          page_owner_name(p->owner), p->caller != 0 ? before : "the boot");
}
