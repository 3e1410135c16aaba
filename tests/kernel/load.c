/* load.c - blocks of memory that know whose they are. */
#include "load.h"

#include <kernel/console.h>
#include <kernel/kmalloc.h>
#include <kernel/page.h>
#include <lib/string.h>
#include <stdatomic.h>

/* Every byte near both ends is looked at, and one in so many between. */
enum { DENSE = 128, STEP = 509 };

static atomic_uint damaged;

uint32_t load_random(uint32_t *state)
{
    uint32_t n = *state;
    n ^= n << 13;
    n ^= n >> 17;
    n ^= n << 5;
    return *state = n;
}

uint32_t load_random_below(uint32_t *state, uint32_t n)
{
    return (load_random(state) >> 8) % n;
}

size_t load_random_size(uint32_t *state, unsigned bits)
{
    unsigned most = load_random_below(state, bits + 1);
    return load_random_below(state, 1u << most);
}

static size_t after(size_t i, size_t size)
{
    return i < DENSE || i + DENSE + STEP >= size ? i + 1 : i + STEP;
}

static unsigned char pattern(const struct load *o, size_t i)
{
    return (unsigned char)(o->mark * 31 + o->size * 7 + i * 13 + (i >> 8));
}

static bool fill(struct load *o)
{
    for (size_t i = 0; o->p != NULL && i < o->size; i = after(i, o->size))
        o->p[i] = pattern(o, i);
    return o->p != NULL;
}

bool load_kmalloc(struct load *o, size_t size, uint32_t mark)
{
    *o = (struct load){ kmalloc(size), size, mark, NULL, LOAD_KMALLOC };
    return fill(o);
}

bool load_pages(struct load *o, unsigned order, uint32_t mark)
{
    *o = (struct load){ page_alloc(order, PAGE_OTHER), (size_t)PAGE_SIZE << order, mark, NULL, LOAD_PAGES };
    return fill(o);
}

bool load_cache(struct load *o, struct cache *cache, uint32_t mark)
{
    *o = (struct load){ cache_alloc(cache), cache->size, mark, cache, LOAD_CACHE };
    return fill(o);
}

static bool intact(const struct load *o, size_t n)
{
    for (size_t i = 0; i < n; i = after(i, n)) {
        if (o->p[i] == pattern(o, i))
            continue;
        kprintf("# %lu bytes at %p of %u: 0x%02x instead of 0x%02x at offset %lu\n", (unsigned long)o->size,
                (void *)o->p, (unsigned)o->mark, o->p[i], pattern(o, i), (unsigned long)i);
        atomic_fetch_add(&damaged, 1);
        return false;
    }
    return true;
}

bool load_check(const struct load *o)
{
    return o->p == NULL || intact(o, o->size);
}

unsigned load_damaged(void)
{
    return atomic_load(&damaged);
}

/* Where the new place is shorter, only what lies densely at its beginning was surely written. */
bool load_resize(struct load *o, size_t size)
{
    size_t kept = size < o->size ? size : o->size;
    load_check(o);
    unsigned char *to = krealloc(o->p, size);
    if (to == NULL)
        return false;
    o->p = to;
    intact(o, kept < DENSE ? kept : DENSE);
    o->size = size;
    return fill(o);
}

void load_give(struct load *o)
{
    load_check(o);
    if (o->p == NULL)
        return;
    if (o->kind == LOAD_KMALLOC)
        kfree(o->p);
    else if (o->kind == LOAD_CACHE)
        cache_free(o->cache, o->p);
    else
        page_free(o->p, page_of(o->p)->order);
    o->p = NULL;
}

void load_swap(struct load *a, struct load *b)
{
    struct load was = *a;
    *a = *b;
    *b = was;
}
