/*
 * kernel/page.h - free pages of RAM.
 *
 * A free list of single pages in front of ranges that were never touched. Both O(1).
 */
#pragma once
#include <hal/boot.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE_MAX_ORDER 10

/* What a page is for. */
enum page_owner {
    PAGE_FREE,
    PAGE_HOLE,
    PAGE_FIRMWARE,
    PAGE_IMAGE,
    PAGE_INITRD,
    PAGE_MAP,
    PAGE_TABLE,
    PAGE_STACK,
    PAGE_SLAB,
    PAGE_KMALLOC,
    PAGE_USER,
    PAGE_OTHER,
    PAGE_OWNERS
};

/*
 * irqs off, boot CPU, once. Everything in bi->ram that is not reserved and not the image; at most `limit`
 * bytes of RAM.
 */
void page_init(const struct boot_info *bi, uint64_t limit);

/* Any context, locks below RANK_CACHES held. A page, not cleared, at its direct-map address; or NULL. */
void *page_alloc(unsigned order, enum page_owner owner);
void *page_alloc_zero(unsigned order, enum page_owner owner); /* The same, cleared. */
void  page_free(void *block, unsigned order); /* The same context. block came from page_alloc(order). */

uintptr_t page_map_base(void); /* Any context. Where in the kmap window the map of pages begins. */

struct page_stat {
    size_t total;    /* pages that page_alloc() may ever hand out */
    size_t free;     /* and those it has left */
};

struct page_stat page_stat(void); /* Any context. */
