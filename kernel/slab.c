/*
 * slab.c - slabs: pages cut into objects, the free ones chained by their numbers.
 *
 * A slab is on one list of its cache: partial, full (no object is in it) or empty (all are). Pages are taken
 * and given back with no cache locked, since taking them may have to reclaim.
 */
#include <kernel/kassert.h>
#include <kernel/memmap.h>
#include <kernel/slab_layer.h>
#include <lib/util.h>

/* The slab in these pages, with its head there, is one of the cache's; all its objects are free. */
static void add_slab(struct cache *c, char *pages, struct slab *slab)
{
    size_t before = c->off_slab ? 0 : align_up(SLAB_HEAD + c->per_slab * sizeof(uint16_t), c->align);
    *slab = (struct slab){ .cache = c, .first = pages + before };
    uint16_t *next = slab_next(slab);
    for (unsigned i = 0; i < c->per_slab; i++) {
        next[i] = (uint16_t)(i + 1 < c->per_slab ? i + 1 : SLAB_END);
        if (CONFIG_DEBUG)
            slab_debug_new(c, slab_object(slab, i));
        else if (c->ctor != NULL)
            c->ctor(slab_object(slab, i));
    }
    for (size_t i = 0; i < (size_t)1 << c->order; i++) {
        page_of(pages)[i].slab = slab;
        page_of(pages)[i].cache = c;
    }
    unsigned long s = spin_lock(&c->lock);
    list_add_head(&c->empty, &slab->link);
    c->slabs++;
    c->empties++;
    spin_unlock(&c->lock, s);
}

static void free_pages(struct cache *c, struct slab *slab)
{
    char *pages = (char *)align_down((uintptr_t)slab->first, (uintptr_t)PAGE_SIZE << c->order);
    for (size_t i = 0; i < (size_t)1 << c->order; i++)
        page_of(pages)[i].cache = NULL;
    page_free(pages, c->order);
}

/* Slabs of objects that have their heads on them. */
static bool free_plain_slabs(struct cache *c, struct list *unneeded)
{
    struct slab *s, *after;
    bool any = !list_empty(unneeded);
    list_for_each_entry_safe(s, after, unneeded, link)
        free_pages(c, s);
    return any;
}

void *slab_alloc_plain(struct cache *c, bool may_reclaim)
{
    void *object = NULL;
    for (;;) {
        unsigned long s = spin_lock(&c->lock);
        slab_take(c, &object, 1);
        spin_unlock(&c->lock, s);
        if (object != NULL)
            break;
        char *pages = may_reclaim ? page_alloc(0, PAGE_SLAB) : page_try_alloc(PAGE_SLAB);
        if (pages == NULL)
            return NULL;
        add_slab(c, pages, (struct slab *)pages);
    }
    if (CONFIG_DEBUG)
        slab_debug_alloc(c, object, c->size, (uintptr_t)__builtin_return_address(0));
    return object;
}

bool slab_free_plain(struct cache *c, void *object)
{
    struct list unneeded = LIST_INIT(unneeded);
    if (CONFIG_DEBUG)
        slab_debug_free(c, object, (uintptr_t)__builtin_return_address(0));
    unsigned long s = spin_lock(&c->lock);
    slab_give(c, &object, 1, &unneeded);
    spin_unlock(&c->lock, s);
    return free_plain_slabs(c, &unneeded);
}

bool slab_grow(struct cache *c)
{
    char *pages = page_alloc(c->order, PAGE_SLAB);
    if (pages == NULL)
        return false;
    struct slab *head = c->off_slab ? slab_alloc_plain(&slab_heads, true) : (struct slab *)pages;
    if (head == NULL) {
        page_free(pages, c->order);
        return false;
    }
    add_slab(c, pages, head);
    return true;
}

bool slab_release(struct cache *c, struct list *unneeded)
{
    if (!c->off_slab)
        return free_plain_slabs(c, unneeded);
    struct slab *s, *after;
    bool any = !list_empty(unneeded);
    list_for_each_entry_safe(s, after, unneeded, link) {
        free_pages(c, s);
        slab_free_plain(&slab_heads, s);
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
    uintptr_t at = (uintptr_t)object - (uintptr_t)s->first; /* before the first: a very large number */
    unsigned i = at < (uintptr_t)PAGE_SIZE << c->order ? (unsigned)at / c->stride : c->per_slab;
    if (i >= c->per_slab)
        panic("cache %s: %p is not an object, but lies beside those of the slab at %p", c->name, object,
              (const void *)s->first);
    if ((unsigned)at % c->stride != 0)
        panic("cache %s: %p is not an object, but lies within number %u of the slab at %p", c->name, object,
              i, (const void *)s->first);
    return i;
}

/* Every page of a slab knows its cache; owners have the first one only. */
void slab_check_member(struct cache *c, const void *object)
{
    const struct page *p = page_of(object);
    if (p->cache == NULL)
        panic("cache %s: %p is freed to it, but is not in a slab (%s)", c->name, object,
              page_owner_name(p->owner));
    if (p->cache != c)
        panic("cache %s: %p is freed to it, but is an object of cache %s", c->name, object, p->cache->name);
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
