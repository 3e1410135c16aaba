/* slab_misuse.c - objects that are used wrongly: each time the message names the cache, and who did it. */
#include "memory_check.h"
#include "memory_host.h"
#include "slab_callers.h"
#include "unit.h"

#include <string.h>

#include <hal/mmu.h>
#include <kernel/kmalloc.h>
#include <kernel/slab.h>

enum { RAM_SIZE = 0x1000000, SIZE = 100, DEBUG = 1, PLAIN = 2, BOTH = DEBUG | PLAIN };

static struct cache *toys, *tools;

static void twice_at_once(void)
{
    char *object = taker(toys);
    first(toys, object);
    second(toys, object);
}

static void twice_by_two_cpus(void)
{
    char *object = taker(toys);
    first(toys, object);
    host_become_cpu(2);
    second(toys, object);
}

/* So many are freed that its magazine lies in the depot. */
static void twice_from_depot(void)
{
    char *object[4 * MAGAZINE_MOST];
    for (unsigned i = 0; i < ARRAY_SIZE(object); i++)
        object[i] = taker(toys);
    for (unsigned i = 0; i < ARRAY_SIZE(object); i++)
        first(toys, object[i]);
    host_check(toys->depot_full.count > 0);
    second(toys, object[0]);
}

/* Its slab stays, for there is another object in it. */
static void twice_from_slab(void)
{
    char *object = taker(toys);
    taker(toys);
    first(toys, object);
    cache_reclaim();
    second(toys, object);
    cache_reclaim();
}

static void after_its_slab(void)
{
    char *object = taker(toys);
    first(toys, object);
    cache_reclaim();
    second(toys, object);
}

static void to_another_cache(void)
{
    second(tools, taker(toys));
}

static void kfree_of_object(void)
{
    second_kfree(taker(toys));
}

static void kmalloc_to_cache(void)
{
    second(toys, kmaller(50));
}

static void pages_to_cache(void)
{
    second(toys, kmaller(50000));
}

static void image_to_cache(void)
{
    second(toys, hal_p2v(0x400000));
}

static void middle(void)
{
    second(toys, taker(toys) + 8);
}

static void middle_odd(void)
{
    second(toys, taker(toys) + 1);
}

static void middle_kfree(void)
{
    second_kfree(kmaller(200) + 16);
}

static void middle_of_pages(void)
{
    second_kfree(kmaller(50000) + PAGE_SIZE);
}

static void before_first(void)
{
    char *object = taker(toys);
    second(toys, (char *)align_down((uintptr_t)object, PAGE_SIZE));
}

static void overrun(void)
{
    char *object = taker(toys);
    object[SIZE] ^= 1;
    second(toys, object);
}

/* Behind what was asked for, though the class is longer. */
static void overrun_kmalloc(void)
{
    char *p = kmaller(50);
    p[50] = 0;
    second_kfree(p);
}

static void overrun_of_nothing(void)
{
    char *p = kmaller(0);
    p[0] = 0;
    second_kfree(p);
}

static void overrun_far(void)
{
    char *object = taker(toys);
    object[104 + 7] = 0; /* the last of the red zone */
    second(toys, object);
}

/* The neighbour's tag ends where the object begins. */
static void underrun(void)
{
    char *one = taker(toys), *other = taker(toys);
    char *low = one < other ? one : other;
    host_check((one < other ? other : one) == low + toys->stride);
    low[toys->stride - 1] = 0;
    second(toys, low);
}

static void underrun_of_own(void)
{
    char *low = taker(toys), *high = taker(toys);
    char *later = high > low ? high : low;
    later[-1] = 0;
    second(toys, later);
}

static void tag(void)
{
    char *object = taker(toys);
    memset(object + 104 + 8, 0, 4);
    second(toys, object);
}

static void written_after_free(void)
{
    char *object = taker(toys);
    first(toys, object);
    object[SIZE - 1] ^= 1;
    taker(toys);
}

static void written_after_kfree(void)
{
    char *p = kmaller(60);
    second_kfree(p);
    p[0] = 1;
    kmaller(60);
}

static void large_twice(void)
{
    char *p = kmaller(20000);
    second_kfree(p);
    second_kfree(p);
}

static const struct {
    void (*fn)(void);
    unsigned builds;
    const char *words;
} cases[] = {
    { twice_at_once, DEBUG, "cache toys: *freed twice: by second, and before that by first" },
    { twice_by_two_cpus, DEBUG, "cache toys: *freed twice: by second, and before that by first" },
    { twice_from_depot, DEBUG, "cache toys: *freed twice: by second, and before that by first" },
    { twice_from_slab, DEBUG, "cache toys: *freed twice: by second, and before that by first" },
    { twice_from_slab, PLAIN, "cache toys: object * was freed twice" },
    { after_its_slab, BOTH, "cache toys: * is freed to it, but is not in a slab (free)" },
    { to_another_cache, BOTH, "cache tools: * is freed to it, but is an object of cache toys" },
    { kfree_of_object, DEBUG, "this is an object of cache toys, for cache_free()" },
    { kmalloc_to_cache, BOTH, "cache toys: * is freed to it, but is an object of cache kmalloc-64" },
    { pages_to_cache, BOTH, "cache toys: * is freed to it, but is not in a slab (large kmalloc)" },
    { image_to_cache, BOTH, "cache toys: * is freed to it, but is not in a slab (kernel image)" },
    { middle, DEBUG, "cache toys: * is not an object, but lies within number * of the slab at *0" },
    { middle_odd, DEBUG, "cache toys: * is not an object, but lies within number" },
    { middle_kfree, DEBUG, "cache kmalloc-256: * is not an object, but lies within number" },
    { middle_of_pages, BOTH, "kfree(*): this is not from kmalloc(), but in a page of: free" },
    { before_first, DEBUG, "cache toys: * is not an object" },
    { overrun, DEBUG, "cache toys: * was written beyond its 100 bytes, at offset 100; taker took it" },
    { overrun_far, DEBUG, "cache toys: * was written beyond its 100 bytes, at offset 111; taker took it" },
    { overrun_kmalloc, DEBUG, "cache kmalloc-64: * was written beyond its 50 bytes, at offset 50; kmaller" },
    { overrun_of_nothing, DEBUG, "cache kmalloc-16: * was written beyond its 0 bytes, at offset 0; kmaller" },
    { underrun, DEBUG, "cache toys: behind * somebody wrote before the beginning of the next object" },
    { underrun_of_own, DEBUG, "cache toys: * was written before its beginning; taker took it" },
    { tag, DEBUG, "cache toys: the tag behind * was overwritten" },
    { written_after_free, DEBUG,
      "cache toys: * was written to after it was freed, at offset 99; first freed" },
    { written_after_kfree, DEBUG, "cache kmalloc-64: * after it was freed, at offset 0; second_kfree freed" },
    { large_twice, BOTH, "kfree(*): this is not from kmalloc(), but in a page of: free" },
};

static void set_up(void)
{
    memory_host_start(RAM_SIZE);
    slab_callers_name();
    toys = cache_create("toys", SIZE, 0, NULL);
    tools = cache_create("tools", SIZE, 0, NULL);
}

static void run_case(void *arg)
{
    set_up();
    cases[*(unsigned *)arg].fn();
}

void slab_check_misuse(void **state)
{
    (void)state;
    unsigned done = 0;
    for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
        if ((cases[i].builds & (CONFIG_DEBUG ? DEBUG : PLAIN)) == 0)
            continue;
        printf("# case %u: %s\n", i, cases[i].words);
        host_in_child(run_case, &i, cases[i].words);
        done++;
    }
    printf("# %u kinds of misuse\n", done);
}
