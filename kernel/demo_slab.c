/*
 * demo_slab.c - an object cache from its creation to its end: slabs made, magazines filled and emptied.
 *
 * Each line says what was done, and shows what the cache holds then: the numbers are its own. The ports
 * differ in addresses only.
 */
#include <kernel/console.h>
#include <kernel/demo.h>
#include <kernel/memory.h>
#include <kernel/sched.h>
#include <kernel/slab_layer.h>

enum { OBJECT_SIZE = 32, MANY = 150 };

static struct cache *cache;
static void *taken[MANY];
static unsigned ntaken, constructed;

static void demo_construct(void *object)
{
    *(unsigned *)object = ++constructed;
}

/* What a CPU has at hand: objects in the loaded magazine, and in the previous one. */
static void magazines(unsigned *loaded, unsigned *previous)
{
    unsigned long s = hal_irq_save();
    const struct cache_cpu *m = cache_here(cache);
    *loaded = m->loaded != NULL ? (unsigned)(m->top - m->loaded->object) : 0;
    *previous = m->previous != NULL ? (unsigned)m->previous->n : 0;
    hal_irq_restore(s);
}

static void show(const char *what)
{
    unsigned loaded, previous;
    struct cache_stat st = cache_stat(cache);
    magazines(&loaded, &previous);
    kprintf("%-44s | %3lu in use | magazines %2u + %2u, depot %u full | slabs %lu: %3lu free\n", what,
            (unsigned long)st.in_use, loaded, previous, cache->depot_full.count, (unsigned long)st.slabs,
            (unsigned long)(st.total - st.in_use - st.kept));
}

static void take(unsigned n)
{
    for (unsigned i = 0; i < n && ntaken < MANY; i++) {
        void *object = cache_alloc(cache);
        if (object == NULL) {
            kprintf("no memory for object %u\n", ntaken);
            return;
        }
        taken[ntaken++] = object;
    }
}

/* Oldest first: they come from the first slab. */
static void give(unsigned n)
{
    for (unsigned i = 0; i < n && i < ntaken; i++)
        cache_free(cache, taken[i]);
    for (unsigned i = n; i < ntaken; i++)
        taken[i - n] = taken[i];
    ntaken -= n < ntaken ? n : ntaken;
}

static void begin(void)
{
    kprintf("A cache for objects of %u bytes. A slab of it is %u page%s: a head of %u bytes, a number\n"
            "of 2 bytes for each object, and %u objects, %u bytes from one to the next.\n",
            OBJECT_SIZE, 1u << cache->order, cache->order == 0 ? "" : "s", SLAB_HEAD, cache->per_slab,
            cache->stride);
    kprintf("A CPU has two magazines with room for %u objects each.\n\n", cache->rounds);
    show("the cache is new");
}

static void first_object(void)
{
    take(1);
    if (ntaken == 0)
        return;
    const struct slab *slab = page_of(taken[0])->slab;
    show("one object: a slab, half a magazine from it");
    kprintf("  the slab lies at %p, its first object at %p, ours at %p\n", (const void *)slab,
            (const void *)slab->first, taken[0]);
    kprintf("  constructed: %u objects, %s\n", constructed,
            CONFIG_DEBUG ? "each when it is handed out (DEBUG)" : "all of the slab, once for all");
}

static void tell(void)
{
    ntaken = constructed = 0;
    cache = cache_create("demo", OBJECT_SIZE, 0, demo_construct);
    if (cache == NULL) {
        kprintf("demo slab: no memory\n");
        return;
    }
    begin();
    first_object();
    take(14);
    show("14 more: off the magazine, no lock");
    take(1);
    show("it was empty: half a magazine more");
    take(MANY - ntaken);
    show("all that this demo takes: slabs are added");
    give(14);
    show("14 back: into the loaded magazine");
    give(16);
    show("16 more: it was full, the other is loaded");
    give(29);
    show("29 more: a full magazine went to the depot");
    give(MANY);
    show("the rest: nobody has an object any more");
    unsigned long s = hal_irq_save();
    magazine_flush(cache);
    hal_irq_restore(s);
    show("magazines and depot emptied into the slabs");
    int result = cache_destroy(cache);
    kprintf("the cache is destroyed%s", result == 0 ? "" : ": NOT");
}

/* With nothing kept by anybody, which is the same before and after. */
static size_t free_pages(void)
{
    while (memory_reclaim_everywhere())
        continue;
    return page_stat().free;
}

/* All on one CPU: each has its own magazines. */
void demo_slab(void)
{
    uint32_t mask = current()->affinity;
    unsigned long s = hal_irq_save();
    uint32_t here = this_cpu()->bit;
    hal_irq_restore(s);
    size_t pages = free_pages();
    proc_set_affinity(current()->pid, here);
    tell();
    proc_set_affinity(current()->pid, mask);
    kprintf("; pages it still has: %ld\n", (long)(pages - free_pages()));
}
