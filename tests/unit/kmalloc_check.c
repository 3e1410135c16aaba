/* kmalloc_check.c - kernel/kmalloc.c, by requests at random: any size, from any CPU, freed on another. */
#include "memory_check.h"
#include "memory_host.h"
#include "memory_model.h"
#include "unit.h"

#include <string.h>

#include <kernel/kmalloc.h>
#include <kernel/memory.h>

enum { RAM_SIZE = 0x4000000, SMALL_RAM = 0xa00000, CPUS = 3, OBJECTS = 6000, BYTES = 12 << 20 };
enum { OPERATIONS = CONFIG_DEBUG ? 300000 : 3500000, CHECK_EVERY = 512, COMPARE_EVERY = 40000 };
enum { LARGEST = PAGE_SIZE << PAGE_MAX_ORDER };
enum { ONE_IN = CONFIG_DEBUG ? 4 : 50 }; /* requests for pages fail in a round; DEBUG has fewer operations */

static struct {
    struct things objects;
    size_t operations, refused, moved;
    uint64_t seed;
    bool tight; /* memory runs out */
} t;

static uint64_t any(uint64_t n)
{
    return unit_random(&t.seed) % n;
}

static size_t any_size(void)
{
    unsigned dice = (unsigned)any(256);
    if (dice == 0)
        return any(4) ? 8192 + any(100000) : any(LARGEST + 2);
    if (dice < 8)
        return (size_t)1 << any(16);
    if (dice < 32)
        return any(CACHE_SIZE_MOST + 1);
    return dice < 100 ? any(1025) : any(129);
}

/*
 * What ksize() may say of a place for `size` bytes: never less; in a slab at most half as much again, if it
 * has not become shorter where it was.
 */
static void check_size(const void *p, size_t size, bool fresh)
{
    size_t has = ksize(p);
    host_check(has >= size && (size < 8 || has / 2 <= size));
    if (!fresh)
        return;
    if (size <= CACHE_SIZE_MOST)
        host_check(CONFIG_DEBUG ? has == size : has <= max_size(16, size * 3 / 2));
    else
        host_check(has >= PAGE_SIZE && has / 2 < size && is_aligned(has, PAGE_SIZE));
}

/* p has come, for so many bytes; as many as it has may be used. */
static void keep(unsigned char *p, size_t size, bool fresh)
{
    host_check(is_aligned((uintptr_t)p, size > CACHE_SIZE_MOST ? PAGE_SIZE : 8));
    check_size(p, size, fresh);
    things_add(&t.objects, p, any(2) ? size : ksize(p), (unsigned)size, 0);
}

static bool all_zero(const unsigned char *p, size_t size)
{
    return size == 0 || (p[0] == 0 && memcmp(p, p + 1, size - 1) == 0);
}

static void *call(size_t size)
{
    unsigned char *p;
    switch (any(8)) {
    case 0:
        p = kzalloc(size);
        host_check(p == NULL || all_zero(p, size));
        return p;
    case 1:
        return size % 3 == 0 ? kmalloc_array(3, size / 3) : kmalloc_array(1, size);
    case 2:
        return krealloc(NULL, size);
    default:
        return kmalloc(size);
    }
}

static void take(void)
{
    size_t size = any_size();
    void *p = call(size);
    if (p != NULL)
        keep(p, size, true);
    else
        t.refused++;
    host_check(p == NULL || size <= LARGEST);
}

/* An old thing that moves is still what it was, as far as both sizes go; or nothing has happened to it. */
static void change(size_t which)
{
    size_t size = any_size();
    struct thing *g = &t.objects.thing[which];
    size_t may_read = CONFIG_DEBUG ? min_size(g->kind, size) : min_size(g->size, size);
    unsigned char *p = krealloc(g->at, size);
    if (p == NULL) {
        t.refused++;
        things_look(&t.objects, which, g->size);
        return;
    }
    bool moved = p != g->at;
    t.moved += moved;
    g->at = p;
    things_look(&t.objects, which, min_size(may_read, g->size));
    t.objects.bytes -= g->size;
    t.objects.thing[which] = t.objects.thing[--t.objects.n];
    keep(p, size, moved);
}

static void give(size_t which)
{
    struct thing g = things_take(&t.objects, which);
    check_size(g.at, g.kind, false);
    kfree(g.at);
}

static void after(void)
{
    t.operations++;
    if (t.operations % CHECK_EVERY == 0)
        host_check(cache_objects() <= t.objects.n);
    if (t.operations % COMPARE_EVERY != 0)
        return;
    memory_host_exact();
    size_t small = 0, large = 0, count[PAGE_OWNERS];
    for (size_t i = 0; i < t.objects.n; i++) {
        bool pages = page_of(t.objects.thing[i].at)->cache == NULL;
        small += !pages;
        large += pages ? ksize(t.objects.thing[i].at) / PAGE_SIZE : 0;
    }
    page_count(count);
    host_check(cache_objects() == small && count[PAGE_KMALLOC] == large);
    things_look_at_all(&t.objects);
}

static void churn(size_t operations, size_t bytes)
{
    size_t end = t.operations + operations;
    unsigned grow = 50;
    while (t.operations < end) {
        if (t.operations % 4096 == 0)
            grow = 20 + 15 * (unsigned)any(5);
        if (any(16) == 0)
            host_become_cpu((unsigned)any(CPUS));
        bool room = t.objects.n < OBJECTS && t.objects.bytes < bytes;
        if (t.objects.n == 0 || (room && any(100) < grow))
            take();
        else if (any(8) == 0)
            change((size_t)any(t.objects.n));
        else
            give(any(2) ? t.objects.n - 1 : (size_t)any(t.objects.n));
        if (any(20000) == 0)
            memory_reclaim();
        after();
    }
}

static void run_random(void *arg)
{
    t.seed = *(uint64_t *)arg;
    memory_host_start(t.tight ? SMALL_RAM : RAM_SIZE);
    memory_host_settle();
    struct buddy before = page_buddies();
    things_init(&t.objects, OBJECTS);
    for (unsigned round = 0; round < 4; round++) {
        host_memory.one_in = round == 1 ? ONE_IN : 0;
        host_memory.fail_wanted = round == 2;
        churn(OPERATIONS / 8, t.tight ? 2 * BYTES : BYTES);
        while (t.objects.n > 0)
            give((size_t)any(t.objects.n));
        host_memory.one_in = 0;
        memory_host_settle();
        memory_host_exact();
        struct buddy now = page_buddies();
        host_check(memcmp(now.blocks, before.blocks, sizeof(now.blocks)) == 0);
        host_check(cache_pages() == 0 && cache_objects() == 0);
    }
    printf("# %zu operations of kmalloc(), %zu refused, %zu moved%s\n", t.operations, t.refused, t.moved,
           t.tight ? "; memory runs out" : "");
    fflush(stdout);
    host_check(t.moved > 1000 && t.refused > 10);
}

void kmalloc_check_random(void **state)
{
    (void)state;
    uint64_t seed = unit_seed();
    for (unsigned i = 0; i < 2; i++) {
        t.tight = i > 0;
        host_in_child(run_random, &seed, NULL);
    }
}

/* Every size that is in a slab: its class is the smallest that has room. And those at the edges. */
static void run_sizes(void *arg)
{
    (void)arg;
    memory_host_start(RAM_SIZE);
    unsigned class = 0;
    for (size_t size = 0; size <= CACHE_SIZE_MOST; size++) {
        while (kmalloc_class_size(class) < size)
            class ++;
        unsigned char *p = kmalloc(size), *q = kzalloc(size);
        host_check(p != NULL && q != NULL && p != q && is_aligned((uintptr_t)p, 8));
        host_check(page_of(p)->cache == &kmalloc_caches[class] && page_of(q)->cache == page_of(p)->cache);
        host_check(kmalloc_caches[class].size == kmalloc_class_size(class));
        check_size(p, size, true);
        memset(p, 0xff, size);
        kfree(p);
        kfree(q);
    }
    host_check(page_of(kmalloc(CACHE_SIZE_MOST + 1))->owner == PAGE_KMALLOC);
    for (size_t size = CACHE_SIZE_MOST + 1; size <= LARGEST; size = size * 2 - size % 2) {
        void *p = kmalloc(size);
        check_size(p, size, true);
        kfree(p);
    }
    void *largest = kmalloc(LARGEST);
    host_check(ksize(largest) == LARGEST);
    kfree(largest);
    kfree(NULL);
    host_check(kmalloc(LARGEST + 1) == NULL && kmalloc(SIZE_MAX) == NULL && kzalloc(SIZE_MAX) == NULL);
    host_check(kmalloc(SIZE_MAX / 2 + 1) == NULL && kmalloc_array(SIZE_MAX, 2) == NULL);
    host_check(kmalloc_array(SIZE_MAX / 2 + 1, 2) == NULL && kmalloc_array(1ul << 33, 1ul << 31) == NULL);
    void *none = kmalloc_array(0, SIZE_MAX), *other = kmalloc_array(SIZE_MAX, 0);
    host_check(none != NULL && other != NULL && none != other);
    host_check(krealloc(none, SIZE_MAX) == NULL);
    kfree(none);
    kfree(other);
}

/* What the compiler works out of a size that it knows: at the edges of all classes. */
static void run_known(void *arg)
{
    (void)arg;
    memory_host_start(RAM_SIZE);
    for (unsigned i = 1; i < KMALLOC_CLASSES; i++) {
        size_t size = kmalloc_class_size(i), above = kmalloc_class_size(i - 1) + 1;
        host_check(KMALLOC_CLASS(size) == i && KMALLOC_CLASS(above) == i && KMALLOC_CLASS(size - 1) == i);
    }
    char *p[] = { kmalloc(0), kmalloc(1), kmalloc(16), kmalloc(17), kmalloc(8192), kmalloc(8193) };
    static const size_t size[] = { 0, 1, 16, 17, 8192, 8193 };
    for (unsigned i = 0; i < ARRAY_SIZE(p); i++) {
        check_size(p[i], size[i], true);
        kfree(p[i]);
    }
    host_check(cache_objects() == 0);
}

void kmalloc_check_sizes(void **state)
{
    (void)state;
    host_in_child(run_sizes, NULL, NULL);
    host_in_child(run_known, NULL, NULL);
}
