/*
 * kernel/page.h - free pages of RAM.
 *
 * A free list of single pages in front of ranges that were never touched. Both O(1).
 */
#pragma once
#include <hal/boot.h>
#include <stddef.h>

/*
 * irqs off, boot CPU, once. Everything in bi->ram that is not reserved and not the image; at most `limit`
 * bytes of RAM.
 */
void page_init(const struct boot_info *bi, uint64_t limit);

/* Any context, locks below RANK_PAGE held. One page, not cleared, at its direct-map address; or NULL. */
void *page_alloc(void);
void *page_alloc_zero(void);  /* The same, cleared. */
void  page_free(void *page);  /* The same context. page came from page_alloc(). */

struct page_stat {
    size_t total;    /* pages that page_alloc() may ever hand out */
    size_t free;     /* and those it has left */
};

struct page_stat page_stat(void); /* Any context. */
