/* slab_callers.c - functions that take and free objects, each with a name and an address of its own. */
#include "slab_callers.h"

#include "memory_host.h"

#include <kernel/kmalloc.h>
#include <lib/util.h>

#define APART __attribute__((noinline, noclone))

/* A compiler barrier: a call in the last place must not become a jump. */
#define STAY() __asm__ volatile("")

APART char *taker(struct cache *c)
{
    char *object = cache_alloc(c);
    STAY();
    return object;
}

APART char *other_taker(struct cache *c)
{
    char *object = cache_alloc(c);
    STAY();
    return object;
}

APART void first(struct cache *c, void *object)
{
    cache_free(c, object);
    STAY();
}

APART void second(struct cache *c, void *object)
{
    cache_free(c, object);
    STAY();
}

APART void second_kfree(void *p)
{
    kfree(p);
    STAY();
}

APART char *kmaller(size_t size)
{
    char *p = kmalloc(size);
    STAY();
    return p;
}

static APART void end_of_names(void)
{
    STAY();
}

void slab_callers_name(void)
{
    static const struct {
        void (*fn)(void);
        const char *name;
    } callers[] = {
        { (void (*)(void))taker, "taker" },     { (void (*)(void))other_taker, "other_taker" },
        { (void (*)(void))first, "first" },     { (void (*)(void))second, "second" },
        { (void (*)(void))kmaller, "kmaller" }, { (void (*)(void))second_kfree, "second_kfree" },
        { end_of_names, "somebody else" },
    };
    for (unsigned i = 0; i < ARRAY_SIZE(callers); i++)
        memory_host_name(callers[i].fn, callers[i].name);
}
