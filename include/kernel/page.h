/*
 * kernel/page.h - RAM by pages: whose each is, and blocks of 2^order of them.
 *
 * Two short lists of single pages per CPU, of any and of such that are all zeros; behind them the buddies
 * under one lock (kernel/buddy.h), and the memory map, a struct page per frame, that says whose each page is.
 * docs/memory.md draws them.
 */
#pragma once
#include <hal/boot.h>
#include <kernel/buddy.h>
#include <kernel/config.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE_MAX_ORDER BUDDY_MAX_ORDER /* 4 MiB */

enum page_owner {
    PAGE_FREE,     /* 0, as a map of zeros says; and so says every page of a block but its first */
    PAGE_HOLE,     /* no RAM is there */
    PAGE_FIRMWARE, /* the firmware keeps it, or it shares its page with something kept */
    PAGE_IMAGE,    /* the kernel's image, boot stack included */
    PAGE_INITRD,
    PAGE_MAP,      /* the memory map and the buddies' bitmaps */
    PAGE_LAST_KEPT = PAGE_MAP, /* what these have is not given back; memmap_free_initrd() */
    PAGE_TABLE,    /* page tables */
    PAGE_STACK,    /* kernel stacks */
    PAGE_SLAB,
    PAGE_KMALLOC,  /* what kmalloc() found too large for a slab */
    PAGE_USER,     /* memory of a user program */
    PAGE_FILE,     /* contents of files */
    PAGE_OTHER,    /* whoever needs whole pages for something else */
    PAGE_OWNERS
};

struct cache;
struct slab;

/* Its owner's, but for what page.c and memmap.c keep in it. */
struct page {
    struct cache *cache;    /* each page of a slab: what its objects are; NULL for all others */
    union {
        struct slab *slab;  /* and which slab it is part of */
        /*
         * PAGE_USER: entries of page tables, of all programs, that map it; PAGE_FILE: its file, and who
         * copies it
         */
        atomic_uint  users;
        void        *next;  /* PAGE_TABLE of a program: the entry that points to the table made before it */
    };
    uintptr_t     caller;   /* who took it last or, if it is free, gave it back: a story for a double free */
    uint8_t       owner;    /* enum page_owner */
    uint8_t       order;    /* of the block that begins here */
    bool          poisoned; /* DEBUG: every byte is as page_free() left it */
};

/* A CPU's own pages. This CPU, irqs off. */
enum { PAGE_LIST_MOST = 32, PAGE_LIST_BATCH = PAGE_LIST_MOST / 2 };

struct page_list {
    struct page **top;    /* behind the last page */
    struct page **limit;  /* behind the last place; none until there are buddies, or with failalloc= */
    struct page  *none;   /* NULL: what lies below the first */
    struct page  *page[PAGE_LIST_MOST];
};

/*
 * irqs off, boot CPU, once each, in this order. From page_early_init() on page_alloc() has single pages of
 * the RAM that is not reserved and not the image, at most `limit` bytes of it; before vm_init() only as many
 * as the port has mapped. page_init() makes the map, in the kernel's tree, and gives the rest to the buddies.
 */
void page_early_init(const struct boot_info *bi, uint64_t limit);
void page_init(void);

/*
 * Any context, locks below RANK_CACHES held. 2^order pages side by side, aligned to their size, not cleared,
 * at their direct-map address. If there are none, caches are shrunk first (memory_reclaim()); then NULL. An
 * order above PAGE_MAX_ORDER is NULL too.
 */
void *page_alloc(unsigned order, enum page_owner owner);
/* Any context, locks below RANK_PAGE held, after page_init(). One page, but nothing is shrunk for it. */
void *page_try_alloc(enum page_owner owner);
/* As page_alloc(), and cleared: or all zeros already, from page_free_zero(). */
void *page_alloc_zero(unsigned order, enum page_owner owner);
/*
 * Any context, locks below RANK_PAGE held. Panics, and says who did what before, if the block is not one that
 * page_alloc() gave out with that order, or if it has been freed already.
 */
void page_free(void *block, unsigned order);
/* The same for one page, all of whose bytes are 0: the next that wants such a page need not clear it. */
void page_free_zero(void *page);

/* irqs off. Pages of this CPU's lists go to the buddies. Whether there were any. */
bool page_list_drain(void);

struct page_stat {
    size_t total; /* pages of RAM in the map */
    size_t free;  /* of these, on the lists or with the buddies */
};

/* Any context. Exact while nobody allocates. */
struct page_stat page_stat(void);
/*
 * Any context, locks below RANK_PAGE held. How many free blocks of each order there are; not their bitmaps.
 */
struct buddy page_buddies(void);
/* The same context. Pages by owner, counted by a walk over the map. */
void page_count(size_t count[PAGE_OWNERS]);

/* The map. page_of() for addresses in the direct map of RAM, and after page_init() only. */
extern uintptr_t page_map_bias; /* where the entry of virtual address 0 would be */

static inline struct page *page_of(const void *va)
{
    return (struct page *)(page_map_bias + ((uintptr_t)va >> PAGE_SHIFT) * sizeof(struct page));
}

static inline void *page_address(const struct page *p)
{
    return (void *)(((uintptr_t)p - page_map_bias) / sizeof(struct page) << PAGE_SHIFT);
}

/*
 * A page of programs, which several may have. Any context, locks below RANK_PAGE held. page_user_alloc(): as
 * page_alloc(), with one user. page_user_put(): one less; the last one frees it: page_user_end().
 */
void *page_user_alloc(void);
static inline void page_user_get(const void *page)
{
    atomic_fetch_add_explicit(&page_of(page)->users, 1, memory_order_relaxed);
}
void page_user_end(void *page, unsigned users);
static inline void page_user_put(void *page)
{
    unsigned before = atomic_fetch_sub_explicit(&page_of(page)->users, 1, memory_order_acq_rel);
    if (before <= 1)
        page_user_end(page, before);
}
/* The same context. Does nobody else have it? Only a user of it asks, and nobody comes meanwhile. */
static inline bool page_user_alone(const void *page)
{
    return atomic_load_explicit(&page_of(page)->users, memory_order_acquire) == 1;
}

/*
 * Any context. Where the map begins: it reaches to the end of the kmap window. Before page_init() that end.
 */
uintptr_t page_map_base(void);
