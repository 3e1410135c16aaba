/*
 * bench_memory.c - what allocating costs: pages, objects, kmalloc(), mappings; and whether the cost stays the
 * same with many objects.
 */
#include "bench.h"

#include <hal/info.h>
#include <hal/mmu.h>
#include <kernel/console.h>
#include <kernel/kmalloc.h>
#include <kernel/main.h>
#include <kernel/memory.h>
#include <kernel/page.h>
#include <kernel/vm.h>
#include <lib/fmt.h>
#include <lib/util.h>

enum { LOOPS = 10000, BATCH = 64 };

static void *kept[BATCH];

static void bench_pages(const char *name, unsigned order)
{
    page_free(page_alloc(order, PAGE_OTHER), order);
    uint64_t start = hal_timer_now();
    for (unsigned i = 0; i < LOOPS; i++)
        page_free(page_alloc(order, PAGE_OTHER), order);
    bench_report(name, ns_since(start), bench_empty_loop_ns(LOOPS), LOOPS);
}

/* As callers write it: the compiler knows the size. */
#define BENCH_HOT(size)                                                                     \
    do {                                                                                    \
        kfree(kmalloc(size));                                                               \
        uint64_t start = hal_timer_now();                                                   \
        for (unsigned i = 0; i < LOOPS; i++)                                                \
            kfree(kmalloc(size));                                                           \
        bench_report("kmalloc-" #size, ns_since(start), bench_empty_loop_ns(LOOPS), LOOPS); \
    } while (0)

static void bench_any_size(const char *name, volatile size_t *size)
{
    uint64_t start = hal_timer_now();
    for (unsigned i = 0; i < LOOPS; i++)
        kfree(kmalloc(*size));
    bench_report(name, ns_since(start), bench_empty_loop_ns(LOOPS), LOOPS);
}

/* 64 out, then 64 back: more than magazines of a CPU hold of large objects. Per pair. */
static void bench_batch(size_t size)
{
    char name[32];
    fmt_snprintf(name, sizeof(name), "kmalloc-batch-%u", (unsigned)size);
    uint64_t start = 0;
    for (unsigned round = 0; round <= LOOPS / BATCH; round++) {
        if (round == 1)
            start = hal_timer_now(); /* the first one fills the magazines */
        for (unsigned i = 0; i < BATCH; i++)
            kept[i] = kmalloc(size);
        for (unsigned i = 0; i < BATCH; i++)
            kfree(kept[i]);
    }
    bench_report(name, ns_since(start), 0, LOOPS / BATCH * BATCH);
}

static void set_up(void *object)
{
    *(unsigned *)object = 1;
}

static void bench_cache(void)
{
    struct cache *c = cache_create("bench", 96, 0, set_up);
    if (c == NULL) {
        bench_skip("cache-alloc-free", "no memory");
        return;
    }
    cache_free(c, cache_alloc(c));
    uint64_t start = hal_timer_now();
    for (unsigned i = 0; i < LOOPS; i++)
        cache_free(c, cache_alloc(c));
    bench_report("cache-alloc-free", ns_since(start), bench_empty_loop_ns(LOOPS), LOOPS);
    cache_destroy(c);
}

/* The last page of kmap in front of the map; its table is made before. */
static void bench_map(void)
{
    void *page = page_alloc(0, PAGE_OTHER);
    uintptr_t va = page_map_base() - PAGE_SIZE, pa;
    if (page == NULL || vm_make_tables(&vm_kernel, va, va + PAGE_SIZE) != 0) {
        bench_skip("map-unmap", "no memory");
        return;
    }
    uint64_t start = hal_timer_now();
    for (unsigned i = 0; i < LOOPS; i++) {
        vm_map(&vm_kernel, va, hal_v2p(page), PROT_R | PROT_W);
        vm_unmap(&vm_kernel, va, &pa);
    }
    bench_report("map-unmap", ns_since(start), bench_empty_loop_ns(LOOPS), LOOPS);
    page_free(page, 0);
}

/*
 * A chain of n live objects, then the hot pair and a batch beside them: neither may cost more than with few.
 */
static void bench_live(unsigned n)
{
    char name[32];
    void *chain = NULL, **object;
    unsigned live = 0;
    uint64_t start = hal_timer_now();
    for (; live < n && (object = kmalloc(64)) != NULL; live++) {
        *object = chain;
        chain = object;
    }
    uint64_t took = ns_since(start);
    if (live == n) {
        fmt_snprintf(name, sizeof(name), "live-alloc-%u", n);
        bench_report(name, took, 0, n);
        fmt_snprintf(name, sizeof(name), "live-hot-%u", n);
        start = hal_timer_now();
        for (unsigned i = 0; i < LOOPS; i++)
            kfree(kmalloc(64));
        bench_report(name, ns_since(start), bench_empty_loop_ns(LOOPS), LOOPS);
    }
    start = hal_timer_now();
    while (chain != NULL) {
        object = chain;
        chain = *object;
        kfree(object);
    }
    fmt_snprintf(name, sizeof(name), "live-free-%u", n);
    if (live == n)
        bench_report(name, ns_since(start), 0, n);
    else
        bench_skip(name, "this machine has less memory");
    memory_reclaim();
}

/* The map and the buddies, for a GiB of RAM like what there is. */
static void bench_start(void)
{
    unsigned per_gib = (1u << 30) / PAGE_SIZE;
    bench_report("memory-start-per-gib", boot_map_ns() * per_gib, 0, (unsigned)page_stat().total);
}

void bench_memory(void)
{
    bench_start();
    static volatile size_t size = 64;
    bench_pages("page-alloc-free-0", 0);
    bench_pages("page-alloc-free-9", 9);
    BENCH_HOT(16);
    BENCH_HOT(64);
    BENCH_HOT(256);
    BENCH_HOT(1024);
    BENCH_HOT(4096);
    bench_any_size("kmalloc-any-64", &size);
    for (size_t i = 16; i <= 4096; i *= 4)
        bench_batch(i);
    bench_cache();
    bench_map();
    for (unsigned n = 10; n <= 1000000; n *= 10)
        bench_live(n);
}
