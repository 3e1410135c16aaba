/*
 * slab_debug.c - DEBUG builds: red zones around objects, poison in free ones, and who took them.
 *
 * Behind the object lies its tag, between two red zones: the first also fills what the user did not ask for,
 * the second is what he meets who writes before the next object. A free object is full of POISON, and is
 * looked at when it is handed out again.
 */
#include <kernel/console.h>
#include <kernel/kassert.h>
#include <kernel/ksyms.h>
#include <kernel/slab_layer.h>
#include <lib/string.h>
#include <lib/util.h>

enum { RED = 0xbb, POISON = 0x6b, FRESH = 0xa5, RED_SIZE = 8, WHO_MOST = 16 };
enum { IS_FREE = 0x46726565, IS_IN_USE = 0x55736564 };

/* Of one size on all ports. */
struct tag {
    unsigned char red_before[RED_SIZE];
    uint32_t state;
    uint32_t asked; /* bytes the user may touch */
    uint64_t taken_by, freed_by;
    unsigned char red_behind[RED_SIZE];
};

static size_t length(const struct cache *c)
{
    return align_up(c->size, 8u);
}

static struct tag *tag_of(const struct cache *c, const void *object)
{
    return (struct tag *)((uintptr_t)object + length(c));
}

size_t slab_debug_extra(size_t size)
{
    (void)size;
    return sizeof(struct tag);
}

/* The first byte from `from` up to `to` that is not `value`; -1: all are. */
static int unlike(const unsigned char *p, size_t from, size_t to, unsigned char value)
{
    for (size_t i = from; i < to; i++) {
        if (p[i] != value)
            return (int)i;
    }
    return -1;
}

static const char *who(uint64_t caller, char *name, size_t size)
{
    return caller != 0 ? ksyms_name((uintptr_t)caller - 1, name, size) : "nobody";
}

static void check_red_zones(const struct cache *c, const void *object, const struct tag *t)
{
    char name[64];
    const unsigned char *p = object;
    size_t asked = t->state == IS_IN_USE ? t->asked : length(c);
    int at = unlike(p, asked, length(c) + RED_SIZE, RED);
    if (at >= 0)
        panic("cache %s: %p was written beyond its %u bytes, at offset %d; %s took it", c->name, object,
              (unsigned)asked, at, who(t->taken_by, name, sizeof(name)));
    if (t->state != IS_FREE && t->state != IS_IN_USE)
        panic("cache %s: the tag behind %p was overwritten", c->name, object);
    if (unlike(t->red_behind, 0, RED_SIZE, RED) >= 0)
        panic("cache %s: behind %p somebody wrote before the beginning of the next object", c->name, object);
}

void slab_debug_new(struct cache *c, void *object)
{
    struct tag *t = tag_of(c, object);
    memset(object, POISON, length(c));
    *t = (struct tag){ .state = IS_FREE };
    memset(t->red_before, RED, RED_SIZE);
    memset(t->red_behind, RED, RED_SIZE);
}

void slab_debug_alloc(struct cache *c, void *object, size_t asked, uintptr_t caller)
{
    char name[64];
    struct tag *t = tag_of(c, object);
    check_red_zones(c, object, t);
    if (t->state != IS_FREE)
        panic("cache %s: %p is handed out twice; %s has it", c->name, object,
              who(t->taken_by, name, sizeof(name)));
    int at = unlike(object, 0, length(c), POISON);
    if (at >= 0)
        panic("cache %s: %p was written to after it was freed, at offset %d; %s freed it", c->name, object,
              at, who(t->freed_by, name, sizeof(name)));
    t->state = IS_IN_USE;
    t->asked = (uint32_t)asked;
    t->taken_by = caller;
    memset(object, FRESH, asked);
    memset((char *)object + asked, RED, length(c) - asked);
    if (c->ctor != NULL)
        c->ctor(object);
}

void slab_debug_free(struct cache *c, void *object, uintptr_t caller)
{
    char name[64], before[64];
    slab_check_member(c, object);
    struct tag *t = tag_of(c, object);
    who(caller, name, sizeof(name));
    if (t->state == IS_FREE)
        panic("cache %s: %p is freed twice: by %s, and before that by %s", c->name, object, name,
              who(t->freed_by, before, sizeof(before)));
    check_red_zones(c, object, t);
    t->state = IS_FREE;
    t->freed_by = caller;
    memset(object, POISON, length(c));
}

size_t slab_debug_asked(struct cache *c, const void *object)
{
    return tag_of(c, object)->asked;
}

struct takers {
    unsigned n, others;
    struct {
        uintptr_t caller;
        unsigned objects;
    } taker[WHO_MOST];
};

static void count_taker(struct takers *all, uintptr_t caller)
{
    unsigned i = 0;
    while (i < all->n && all->taker[i].caller != caller)
        i++;
    if (i == WHO_MOST) {
        all->others++;
        return;
    }
    if (i == all->n)
        all->taker[all->n++].caller = caller;
    all->taker[i].objects++;
}

static void count_takers(const struct cache *c, struct list *slabs, struct takers *all)
{
    struct slab *s;
    list_for_each_entry(s, slabs, link) {
        for (unsigned i = 0; i < c->per_slab; i++) {
            const struct tag *t = tag_of(c, slab_object(s, i));
            if (t->state == IS_IN_USE)
                count_taker(all, (uintptr_t)t->taken_by);
        }
    }
}

void slab_debug_leaks(struct cache *c)
{
    struct takers all = { .n = 0 };
    char name[64];
    unsigned long s = spin_lock(&c->lock);
    count_takers(c, &c->partial, &all);
    count_takers(c, &c->full, &all);
    spin_unlock(&c->lock, s);
    for (unsigned i = 0; i < all.n; i++)
        kprintf("  %-16s %6u taken by %s\n", c->name, all.taker[i].objects,
                who(all.taker[i].caller, name, sizeof(name)));
    if (all.others > 0)
        kprintf("  %-16s %6u taken by others\n", c->name, all.others);
}
