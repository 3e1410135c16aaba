/*
 * slab_debug.c - DEBUG builds: red zones around objects, poison in free ones, and who took them.
 *
 * Behind the object lies its tag, between two red zones: the first also fills what the user did not ask for,
 * the second reaches to the next object, so that each has one on both sides, but for the first of a slab. A
 * free object is full of POISON, and is looked at when it is handed out again.
 */
#include <kernel/console.h>
#include <kernel/kassert.h>
#include <kernel/ksyms.h>
#include <kernel/slab_layer.h>
#include <lib/string.h>
#include <lib/util.h>

enum { RED = 0xbb, POISON = 0x6b, FRESH = 0xa5, RED_SIZE = 8 };
enum { IS_FREE = 0x46726565, IS_IN_USE = 0x55736564 };

/* Of one size on all ports. */
struct tag {
    unsigned char red_before[RED_SIZE];
    uint32_t state;
    uint32_t asked; /* bytes the user may touch */
    uint64_t taken_by, freed_by;
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
    return sizeof(struct tag) + RED_SIZE;
}

/* The first byte from `from` up to `to` that is not `value`; -1: all are. By words where it can. */
static int unlike(const unsigned char *p, size_t from, size_t to, unsigned char value)
{
    const uintptr_t same = value * (UINTPTR_MAX / 0xff);
    size_t i = from;

    while (i < to) {
        uintptr_t word;
        if ((uintptr_t)(p + i) % sizeof(word) == 0 && to - i >= sizeof(word)) {
            memcpy(&word, __builtin_assume_aligned(p + i, sizeof(word)), sizeof(word));
            if (word == same) {
                i += sizeof(word);
                continue;
            }
        }
        if (p[i] != value)
            return (int)i;
        i++;
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
    const struct slab *s = page_of(object)->slab;
    if (p != (const unsigned char *)s->first && unlike(p - RED_SIZE, 0, RED_SIZE, RED) >= 0)
        panic("cache %s: %p was written before its beginning; %s took it", c->name, object,
              who(t->taken_by, name, sizeof(name)));
    if (unlike(p + c->stride - RED_SIZE, 0, RED_SIZE, RED) >= 0)
        panic("cache %s: behind %p somebody wrote before the beginning of the next object", c->name, object);
}

void slab_debug_new(struct cache *c, void *object)
{
    struct tag *t = tag_of(c, object);
    memset(object, POISON, length(c));
    *t = (struct tag){ .state = IS_FREE };
    memset(t->red_before, RED, RED_SIZE);
    memset(t + 1, RED, c->stride - length(c) - sizeof(*t));
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

static void count_user(struct slab_users *all, uintptr_t caller)
{
    unsigned i = 0;
    while (i < all->n && all->user[i].caller != caller)
        i++;
    if (i == SLAB_USERS_MOST) {
        all->others++;
        return;
    }
    if (i == all->n)
        all->user[all->n++].caller = caller;
    all->user[i].objects++;
}

static void count_users_in(const struct cache *c, struct list *slabs, struct slab_users *all)
{
    struct slab *s;
    list_for_each_entry(s, slabs, link) {
        for (unsigned i = 0; i < c->per_slab; i++) {
            const struct tag *t = tag_of(c, slab_object(s, i));
            if (t->state == IS_IN_USE)
                count_user(all, (uintptr_t)t->taken_by);
        }
    }
}

void slab_debug_count_users(struct cache *c, struct slab_users *all)
{
    *all = (struct slab_users){ .n = 0 };
    strlcpy(all->cache, c->name, sizeof(all->cache));
    unsigned long s = spin_lock(&c->lock);
    count_users_in(c, &c->partial, all);
    count_users_in(c, &c->full, all);
    spin_unlock(&c->lock, s);
}

void slab_debug_print_users(const struct slab_users *all)
{
    char name[64];
    for (unsigned i = 0; i < all->n; i++)
        kprintf("  %-16s %6u taken by %s\n", all->cache, all->user[i].objects,
                who(all->user[i].caller, name, sizeof(name)));
    if (all->others > 0)
        kprintf("  %-16s %6u taken by others\n", all->cache, all->others);
}
