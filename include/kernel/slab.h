/*
 * kernel/slab.h - object caches: many objects of one kind, cut out of slabs, kept in magazines.
 *
 * After J. Bonwick, The Slab Allocator (USENIX 1994), and Bonwick and Adams, Magazines and Vmem (USENIX
 * 2001). A CPU takes objects from its loaded magazine and puts them back there, with interrupts off and
 * no lock; whole magazines go to and from the cache's depot, objects to and from slabs, under its lock.
 */
#pragma once
#include <kernel/config.h>
#include <kernel/spinlock.h>
#include <lib/list.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CACHE_NAME_SIZE = 16,
    CACHE_SIZE_MOST = 8192,  /* bytes of an object */
    CACHE_ALIGN_MOST = 4096,
    CPU_LINE_SIZE = 64,         /* bytes, of the CPU's cache */
    MAGAZINE_MOST = 29,      /* objects in a magazine: 32 words with its head */
};

struct magazine {
    struct magazine *next;   /* in the depot */
    uintptr_t        n;
    void            *none;   /* NULL: what lies below the first object */
    void            *object[MAGAZINE_MOST];
};

struct magazines {
    struct magazine *first;
    uint32_t         count;
};

/* A CPU's part of a cache: this CPU, irqs off. */
struct cache_cpu {
    /* behind the last object of the loaded magazine; below its first one is a NULL */
    void           **top;
    void           **limit;  /* which has room up to there; where there is no magazine, there is no room */
    struct magazine *loaded, *previous;
    char             unused[CPU_LINE_SIZE - 4 * sizeof(void *)]; /* no line is of two CPUs */
};

struct cache {
    struct cache_cpu cpu[MAX_CPUS];

    /* fixed after creation */
    char     name[CACHE_NAME_SIZE];
    size_t   size;           /* bytes of an object, as asked for */
    uint32_t stride;         /* from one to the next */
    uint32_t align;
    uint32_t order;          /* pages of a slab: 2^order */
    uint32_t per_slab;       /* objects in a slab */
    uint32_t rounds;         /* objects in a magazine; 0: it uses none */
    bool     off_slab;       /* the head of a slab is an object of its own */
    bool     sized;          /* one of kmalloc()'s */
    void   (*ctor)(void *object);
    struct list caches;      /* lock of the list of caches */

    struct spinlock lock;    /* RANK_SLAB, for all below */
    struct list partial, full, empty; /* slabs */
    uint32_t    slabs, empties;
    size_t      out;         /* objects outside of slabs: in use or in a magazine */
    struct magazines depot_full, depot_empty;
    uint32_t         magazines;    /* that were made for this cache and are not freed */
};

void cache_init(void); /* irqs off, boot CPU, once, after page_init(). */

/*
 * Thread, locks below RANK_CACHES held. Objects of `size` bytes (1 to CACHE_SIZE_MOST), aligned to `align` (a
 * power of two up to CACHE_ALIGN_MOST; 0: for any type). ctor (may be NULL) is called once for each object
 * before it is handed out first, in the context of that allocation: what it sets up, a user leaves as it was
 * when he frees the object. (A DEBUG build overwrites free objects, and calls ctor at each allocation.) NULL
 * when there is no memory. The name is kept; what does not fit is cut off.
 */
struct cache *cache_create(const char *name, size_t size, size_t align, void (*ctor)(void *object));

/* Thread, no lock held. 0, or -EBUSY when objects are in use: a DEBUG build tells who took them. */
int cache_destroy(struct cache *c);

/* Any context, locks below RANK_CACHES held. NULL when there is no memory. */
void *cache_alloc(struct cache *c);
/*
 * Any context, locks below RANK_SLAB held. Panics if the object lies in no slab of this cache. That it is no
 * object, or is free already, a DEBUG build sees at once, another one when its magazine is emptied.
 */
void cache_free(struct cache *c, void *object);

/*
 * irqs off, locks below RANK_CACHES held. Frees what this CPU and the depots keep. Whether a page was freed.
 */
bool cache_reclaim(void);

struct cache_stat {
    char   name[CACHE_NAME_SIZE];
    size_t size, stride;         /* bytes of an object, and from one to the next */
    size_t per_slab, slab_pages; /* objects and pages of a slab */
    size_t slabs, total;         /* slabs, and objects in all of them */
    size_t in_use, kept;         /* objects with users, and in magazines */
};

/* Any context, locks below RANK_SLAB held. Exact while nobody allocates. */
struct cache_stat cache_stat(struct cache *c);
/*
 * Any context, locks below RANK_CACHES held. Of cache number `which`, oldest first; false: so many there are.
 */
bool cache_stat_at(unsigned which, struct cache_stat *st);
/* The same context. Pages of all slabs, and objects in use of all caches. */
size_t cache_pages(void);
size_t cache_objects(void);
/* Thread; DEBUG builds. Prints who took the objects that are in use; name: of one cache, or NULL: of all. */
void cache_print_users(const char *name);
