/*
 * slab.c - caches and their slabs: pages cut into objects, the free ones chained by their numbers.
 *
 * A slab is on one list of its cache: partial, full (no object is in it) or empty (all are). Pages are taken
 * and given back with no cache locked, since taking them may have to reclaim.
 */
#include <kernel/kassert.h>
#include <kernel/kmalloc.h>
#include <kernel/memmap.h>
#include <kernel/slab_layer.h>
#include <lib/string.h>
#include <lib/util.h>
#include <uapi/errno.h>

enum { ORDER_MOST = 3, PER_SLAB_LEAST = 4, DEFAULT_ALIGN = 8 };

static struct {
    struct spinlock lock;
    struct list list; /* newest first; so the caches that slabs are made of come last */
} caches = { .lock = SPINLOCK_INIT("caches", RANK_CACHES), .list = LIST_INIT(caches.list) };

static struct cache cache_cache; /* of caches */
struct cache slab_heads, slab_magazines;

/* How many objects fit in a slab, its head included if that lies on it. */
static unsigned fit(const struct cache *c, unsigned order)
{
    size_t bytes = (size_t)PAGE_SIZE << order;
    if (c->off_slab)
        return (unsigned)min_size(bytes / c->stride, SLAB_OFF_MOST);
    unsigned n = (unsigned)((bytes - SLAB_HEAD) / (c->stride + sizeof(uint16_t)));
    while (n > 0 && align_up(SLAB_HEAD + n * sizeof(uint16_t), c->align) + n * c->stride > bytes)
        n--;
    return n;
}

/* The shortest slab with some objects in it and little waste; failing that, the longest. */
static void choose_order(struct cache *c)
{
    for (c->order = 0; c->order < ORDER_MOST; c->order++) {
        size_t bytes = (size_t)PAGE_SIZE << c->order;
        unsigned n = fit(c, c->order);
        if (n >= PER_SLAB_LEAST && bytes - n * c->stride <= bytes / 8)
            break;
    }
    c->per_slab = fit(c, c->order);
    KASSERT(c->per_slab > 0 && c->per_slab < SLAB_OUT);
}

static unsigned magazine_rounds(size_t size)
{
    return size <= 256 ? MAGAZINE_MOST : size <= 1024 ? 16 : size <= 2048 ? 8 : 4;
}

void cache_setup(struct cache *c, const char *name, size_t size, size_t align, void (*ctor)(void *object))
{
    KASSERT(size > 0 && size <= CACHE_SIZE_MOST && align <= CACHE_ALIGN_MOST && (align & (align - 1)) == 0);
    *c = (struct cache){ .size = size, .align = (uint32_t)max_size(align, DEFAULT_ALIGN), .ctor = ctor };
    strlcpy(c->name, name, sizeof(c->name));
    size_t length = align_up(size, DEFAULT_ALIGN) + (CONFIG_DEBUG ? slab_debug_extra(size) : 0);
    c->stride = (uint32_t)align_up(length, c->align);
    c->off_slab = c->stride >= SLAB_OFF_SIZE;
    c->rounds = magazine_rounds(c->stride);
    choose_order(c);
    magazine_setup(c);
    spin_init(&c->lock, c->name, RANK_SLAB);
    list_init(&c->partial);
    list_init(&c->full);
    list_init(&c->empty);
    unsigned long s = spin_lock(&caches.lock);
    list_add_head(&caches.list, &c->caches);
    spin_unlock(&caches.lock, s);
}

void cache_init(void)
{
    for (unsigned i = 0; i < MAX_CPUS; i++)
        cpus[i].cache_offset = i * sizeof(struct cache_cpu);
    cache_setup(&slab_heads, "slab-heads", SLAB_HEAD + SLAB_OFF_MOST * sizeof(uint16_t), 0, NULL);
    cache_setup(&slab_magazines, "magazines", sizeof(struct magazine), 0, NULL);
    cache_setup(&cache_cache, "caches", sizeof(struct cache), CPU_LINE_SIZE, NULL);
    /* A magazine for any of these would be made of the same. */
    slab_heads.rounds = slab_magazines.rounds = 0;
}

struct cache *cache_create(const char *name, size_t size, size_t align, void (*ctor)(void *object))
{
    struct cache *c = cache_alloc(&cache_cache);
    if (c != NULL)
        cache_setup(c, name, size, align, ctor);
    return c;
}

/* A head for these pages; NULL when there is none. */
static struct slab *make_head(struct cache *c, char *pages)
{
    struct slab *s = c->off_slab ? cache_alloc(&slab_heads) : (struct slab *)pages;
    if (s == NULL)
        return NULL;
    size_t before = c->off_slab ? 0 : align_up(SLAB_HEAD + c->per_slab * sizeof(uint16_t), c->align);
    *s = (struct slab){ .cache = c, .first = pages + before };
    uint16_t *next = slab_next(s);
    for (unsigned i = 0; i < c->per_slab; i++)
        next[i] = (uint16_t)(i + 1);
    next[c->per_slab - 1] = SLAB_END;
    return s;
}

bool slab_grow(struct cache *c)
{
    char *pages = page_alloc(c->order, PAGE_SLAB);
    if (pages == NULL)
        return false;
    struct slab *slab = make_head(c, pages);
    if (slab == NULL) {
        page_free(pages, c->order);
        return false;
    }
    for (size_t i = 0; i < (size_t)1 << c->order; i++) {
        page_of(pages)[i].slab = slab;
        page_of(pages)[i].cache = c;
    }
    for (unsigned i = 0; i < c->per_slab; i++) {
        if (CONFIG_DEBUG)
            slab_debug_new(c, slab_object(slab, i));
        else if (c->ctor != NULL)
            c->ctor(slab_object(slab, i));
    }
    unsigned long s = spin_lock(&c->lock);
    list_add_head(&c->empty, &slab->link);
    c->slabs++;
    c->empties++;
    spin_unlock(&c->lock, s);
    return true;
}

bool slab_release(struct cache *c, struct list *unneeded)
{
    bool any = false;
    struct slab *s, *after;
    list_for_each_entry_safe(s, after, unneeded, link) {
        char *pages = (char *)align_down((uintptr_t)s->first, PAGE_SIZE);
        for (size_t i = 0; i < (size_t)1 << c->order; i++)
            page_of(pages)[i].cache = NULL;
        if (c->off_slab)
            cache_free(&slab_heads, s);
        page_free(pages, c->order);
        any = true;
    }
    return any;
}

unsigned slab_take(struct cache *c, void **to, unsigned n)
{
    unsigned got = 0;
    while (got < n && (!list_empty(&c->partial) || !list_empty(&c->empty))) {
        struct list *from = list_empty(&c->partial) ? &c->empty : &c->partial;
        struct slab *s = list_first_entry(from, struct slab, link);
        uint16_t *next = slab_next(s);
        if (s->out == 0)
            c->empties--;
        while (got < n && s->free != SLAB_END) {
            unsigned i = s->free;
            s->free = next[i];
            next[i] = SLAB_OUT;
            s->out++;
            to[got++] = slab_object(s, i);
        }
        list_del(&s->link);
        list_add_head(s->free == SLAB_END ? &c->full : &c->partial, &s->link);
    }
    c->out += got;
    return got;
}

/* The number of an object that is out of its slab; whatever else it is, is the end. */
static unsigned number_of(struct cache *c, const struct slab *s, const void *object)
{
    uint32_t at = (uint32_t)((const char *)object - s->first);
    unsigned i = at / c->stride;
    if ((const char *)object < s->first || i >= c->per_slab || at % c->stride != 0)
        panic("cache %s: %p is not an object, but lies within number %u of the slab at %p", c->name, object,
              i, (const void *)s->first);
    return i;
}

void slab_check_member(struct cache *c, const void *object)
{
    const struct page *p = page_of(object);
    if (p->owner > PAGE_HOLE && p->cache != NULL && p->cache != c)
        panic("cache %s: %p is freed to it, but is an object of cache %s", c->name, object, p->cache->name);
    if (p->cache == NULL)
        panic("cache %s: %p is freed to it, but is not in a slab (%s)", c->name, object,
              page_owner_name(p->owner));
    number_of(c, p->slab, object);
}

void slab_give(struct cache *c, void *const *from, unsigned n, struct list *unneeded)
{
    for (unsigned k = 0; k < n; k++) {
        struct slab *s = page_of(from[k])->slab;
        unsigned i = number_of(c, s, from[k]);
        uint16_t *next = slab_next(s);
        if (next[i] != SLAB_OUT)
            panic("cache %s: object %p was freed twice", c->name, from[k]);
        next[i] = s->free;
        s->free = (uint16_t)i;
        if (s->out-- == c->per_slab) {
            list_del(&s->link);
            list_add_head(&c->partial, &s->link);
        }
        if (s->out > 0)
            continue;
        list_del(&s->link);
        bool keep = c->empties < SLAB_EMPTIES;
        list_add_head(keep ? &c->empty : unneeded, &s->link);
        c->empties += keep;
        c->slabs -= !keep;
    }
    c->out -= n;
}

/* List lock held. */
static bool shrink(struct cache *c)
{
    struct list unneeded = LIST_INIT(unneeded);
    magazine_flush(c);
    spin_lock_raw(&c->lock);
    while (!list_empty(&c->empty)) {
        struct list *link = c->empty.next;
        list_del(link);
        list_add_head(&unneeded, link);
        c->slabs--;
        c->empties--;
    }
    spin_unlock_raw(&c->lock);
    return slab_release(c, &unneeded);
}

int cache_destroy(struct cache *c)
{
    unsigned long s = spin_lock(&caches.lock);
    shrink(c);
    bool in_use = c->out > 0;
    if (!in_use)
        list_del(&c->caches);
    spin_unlock(&caches.lock, s);
    if (in_use) {
        if (CONFIG_DEBUG)
            slab_debug_leaks(c);
        return -EBUSY;
    }
    KASSERT(c->slabs == 0 && c->magazines == 0);
    cache_free(&cache_cache, c);
    return 0;
}

bool cache_reclaim(void)
{
    bool any = false;
    struct cache *c;
    spin_lock_raw(&caches.lock);
    list_for_each_entry(c, &caches.list, caches)
        any |= shrink(c);
    spin_unlock_raw(&caches.lock);
    return any;
}

/* List lock held. NULL: there are not so many. */
static struct cache *cache_at(unsigned which)
{
    struct list *at = caches.list.prev;
    while (at != &caches.list && which-- > 0)
        at = at->prev;
    return at != &caches.list ? list_entry(at, struct cache, caches) : NULL;
}

bool cache_stat_at(unsigned which, struct cache_stat *st)
{
    unsigned long s = spin_lock(&caches.lock);
    struct cache *c = cache_at(which);
    if (c != NULL)
        *st = cache_stat(c);
    spin_unlock(&caches.lock, s);
    return c != NULL;
}

void cache_print_users(const char *name)
{
    struct cache *c;
    unsigned which = 0;
    do {
        unsigned long s = spin_lock(&caches.lock);
        c = cache_at(which++);
        spin_unlock(&caches.lock, s);
        if (CONFIG_DEBUG && c != NULL && (name == NULL || strcmp(name, c->name) == 0))
            slab_debug_leaks(c);
    } while (c != NULL);
}
