/*
 * kernel/slab_layer.h - what the files of the slab allocator share: slab.c below, magazine.c above it,
 * slab_debug.c beside both.
 */
#pragma once
#include <kernel/magazine.h>
#include <kernel/page.h>
#include <kernel/slab.h>

enum {
    SLAB_HEAD = 40,           /* bytes, the same on every port: then slabs hold as many objects on each */
    SLAB_END = 0xffff,        /* in the chain of free objects: there are no more */
    SLAB_OUT = 0xfffe,        /* and for an object that is not in the slab */
    SLAB_OFF_SIZE = 512,      /* objects of so many bytes and more have the head outside, */
    SLAB_OFF_MOST = 16,       /*   of slabs of at most so many */
    SLAB_EMPTIES = 1,         /* a cache keeps so many empty slabs until memory is short */
};

/* At the beginning of its pages, or an object of the cache slab_heads. Behind it lies next[]. */
struct slab {
    struct list   link;       /* in one of the lists of its cache */
    struct cache *cache;
    char         *first;      /* its first object */
    uint16_t      out;        /* objects not in it */
    uint16_t      free;       /* the first free one; SLAB_END: none */
};
_Static_assert(sizeof(struct slab) <= SLAB_HEAD, "the head of a slab");
_Static_assert(sizeof(struct magazine) <= SLAB_OFF_SIZE / 2, "slabs of magazines have their heads on them");

static inline uint16_t *slab_next(struct slab *s)
{
    return (uint16_t *)((char *)s + SLAB_HEAD);
}

static inline char *slab_object(const struct slab *s, unsigned i)
{
    return s->first + (size_t)i * s->cache->stride;
}

extern struct cache slab_heads, slab_magazines;

/* Thread or boot, no lock of RANK_CACHES or above held. c's memory is the caller's. */
void cache_setup(struct cache *c, const char *name, size_t size, size_t align, void (*ctor)(void *object));

/* cache lock held. Takes up to n free objects out of slabs; returns how many. */
unsigned slab_take(struct cache *c, void **to, unsigned n);
/* cache lock held. Puts n objects back; slabs that may go are moved to `unneeded`, for slab_release(). */
void slab_give(struct cache *c, void *const *from, unsigned n, struct list *unneeded);
/*
 * Locks as for cache_alloc() and cache_free(). An object of slab_heads or slab_magazines: what slabs and
 * magazines are made of, so that these two have heads on their slabs of a page, and use no magazines. Freeing
 * tells whether pages were given back.
 */
void *slab_alloc_plain(struct cache *c, bool may_reclaim);
bool  slab_free_plain(struct cache *c, void *object);
/* Locks below RANK_CACHES held. One slab more; false when there is no memory. */
bool slab_grow(struct cache *c);
/* Locks below RANK_SLAB held. Their pages, back to where they came from. Whether there were any. */
bool slab_release(struct cache *c, struct list *unneeded);
/* The cache, and the slab, in which that object would be; panics, naming c, if there is none. */
void slab_check_member(struct cache *c, const void *object);

/* magazine.c. */
void magazine_setup(struct cache *c); /* c is new: no CPU has a magazine. */
/* irqs off: everything that this CPU and the depot keep goes to the slabs. Whether pages were given back. */
bool magazine_flush(struct cache *c);
/* cache lock held. Objects in all magazines. */
size_t magazine_count(const struct cache *c);

/*
 * slab_debug.c, DEBUG builds only. Behind each object lies a struct tag with red zones on both sides.
 */
size_t slab_debug_extra(size_t size);                      /* bytes that an object is longer for it */
void   slab_debug_new(struct cache *c, void *object);      /* as it comes into a new slab */
/* It is handed out; asked: how many bytes of it the user may touch. */
void   slab_debug_alloc(struct cache *c, void *object, size_t asked, uintptr_t caller);
void   slab_debug_free(struct cache *c, void *object, uintptr_t caller); /* It comes back. */
size_t slab_debug_asked(struct cache *c, const void *object);

/* Who has objects of a cache: how many each function took. */
enum { SLAB_USERS_MOST = 16 };
struct slab_users {
    char     cache[CACHE_NAME_SIZE];
    unsigned n, others;
    struct {
        uintptr_t caller;
        unsigned  objects;
    } user[SLAB_USERS_MOST];
};
/* Locks below RANK_SLAB held. */
void slab_debug_count_users(struct cache *c, struct slab_users *all);
void slab_debug_print_users(const struct slab_users *all); /* Thread. */
