/*
 * slab_cache.c - caches: what a slab of each looks like, their list, and what they hold in numbers.
 */
#include <kernel/kassert.h>
#include <kernel/sched_place.h>
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
    return size <= 256 ? MAGAZINE_MOST : size <= 1024 ? MAGAZINE_MOST / 2 + 1 : MAGAZINE_MOST / 4 + 1;
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
    KASSERT(slab_heads.order == 0 && slab_magazines.order == 0 && !slab_magazines.off_slab);
}

struct cache *cache_create(const char *name, size_t size, size_t align, void (*ctor)(void *object))
{
    struct cache *c = cache_alloc(&cache_cache);
    if (c != NULL)
        cache_setup(c, name, size, align, ctor);
    return c;
}

/* List lock held. */
static bool shrink(struct cache *c)
{
    struct list unneeded = LIST_INIT(unneeded);
    bool any = magazine_flush(c);
    spin_lock_raw(&c->lock);
    while (!list_empty(&c->empty)) {
        struct list *link = c->empty.next;
        list_del(link);
        list_add_head(&unneeded, link);
        c->slabs--;
        c->empties--;
    }
    spin_unlock_raw(&c->lock);
    return slab_release(c, &unneeded) || any;
}

/* Objects of it that this CPU keeps in its magazines go back to their slabs. */
static void empty_magazines(void *cache)
{
    unsigned long s = spin_lock(&caches.lock);
    shrink(cache);
    spin_unlock(&caches.lock, s);
}

int cache_destroy(struct cache *c)
{
    sched_on_each_cpu(empty_magazines, c);
    unsigned long s = spin_lock(&caches.lock);
    bool in_use = c->out > 0;
    if (!in_use)
        list_del(&c->caches);
    spin_unlock(&caches.lock, s);
    if (in_use) {
        if (CONFIG_DEBUG)
            cache_print_users(c->name);
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
    struct slab_users users;
    struct cache *c = NULL;
    unsigned which = 0;
    do {
        unsigned long s = spin_lock(&caches.lock);
        c = cache_at(which++);
        bool wanted = CONFIG_DEBUG && c != NULL && (name == NULL || strcmp(name, c->name) == 0);
        if (wanted)
            slab_debug_count_users(c, &users);
        spin_unlock(&caches.lock, s);
        if (wanted)
            slab_debug_print_users(&users);
    } while (c != NULL);
}

struct cache_stat cache_stat(struct cache *c)
{
    struct cache_stat st = {
        .size = c->size,
        .stride = c->stride,
        .per_slab = c->per_slab,
        .slab_pages = (size_t)1 << c->order,
    };
    strlcpy(st.name, c->name, sizeof(st.name));
    unsigned long s = spin_lock(&c->lock);
    st.slabs = c->slabs;
    st.total = st.slabs * st.per_slab;
    st.kept = magazine_count(c);
    st.in_use = c->out - st.kept;
    spin_unlock(&c->lock, s);
    return st;
}

size_t cache_pages(void)
{
    struct cache_stat st;
    size_t pages = 0;
    for (unsigned i = 0; cache_stat_at(i, &st); i++)
        pages += st.slabs * st.slab_pages;
    return pages;
}

/* Those that slabs and caches are made of come and go with them. */
size_t cache_objects(void)
{
    struct cache_stat st;
    size_t objects = 0;
    for (unsigned i = 0; cache_stat_at(i, &st); i++) {
        bool internal = strcmp(st.name, slab_heads.name) == 0 || strcmp(st.name, slab_magazines.name) == 0;
        objects += internal ? 0 : st.in_use;
    }
    return objects;
}
