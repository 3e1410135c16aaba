/*
 * kernel/memmap.h - the memory map, for kernel/page.c: early pages, and a struct page per frame of RAM.
 *
 * The map is an array in virtual memory, at the end of the kmap window. It spans all from the lowest RAM to
 * the highest; where there is a hole, one page full of PAGE_HOLE is mapped again and again, to be read only.
 */
#pragma once
#include <kernel/buddy.h>
#include <kernel/page.h>

/* irqs off, boot CPU. See page_early_init(). */
void memmap_early_init(const struct boot_info *bi, uint64_t limit);

/* irqs off, boot CPU, before memmap_init(). The lowest page that nobody has; NULL when there is none. */
void *memmap_early_page(enum page_owner owner);

/* irqs off, boot CPU, once. Makes the map, and gives b all RAM that nobody has. */
void memmap_init(struct buddy *b);

/* Thread, once. The pages of the initrd are free, but for those where the firmware keeps something, too. */
void memmap_free_initrd(void);

/* Any context. Pages of RAM in the map; constant. */
size_t memmap_pages(void);
/* Any context. Entries of the map, holes included; constant. */
size_t memmap_span(void);
/* Any context. Number `which` of the stretches of RAM in the map, as indices from *from up to *to. */
bool memmap_stretch(unsigned which, size_t *from, size_t *to);

const char *page_owner_name(enum page_owner owner);

extern struct page *memmap; /* memmap[i] is the frame with index i of the buddies */
