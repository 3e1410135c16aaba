/* memory_thread_check.c - four CPUs at once, threads of the host, till memory ends.
 *
 * What one CPU takes another may free: it goes through slots that all share. The account at the end is exact.
 */
#include "memory_check.h"
#include "memory_host.h"
#include "memory_model.h"
#include "thread.h"
#include "unit.h"

#include <string.h>

#include <kernel/kmalloc.h>
#include <kernel/memory.h>

enum { RAM_SIZE = 0x900000, CPUS = 4, SLOTS = 256, KEPT = 400, OPERATIONS = CONFIG_DEBUG ? 25000 : 100000 };
enum { SMALL, BUILT, SIZED, PAGES, KINDS };

#define OWNED UINT64_C(0x1d0116c700000000)

struct worker {
    unsigned index;
    uint64_t seed;
    struct things mine;
    unsigned long operations, refused, handed;
};

static struct cache *small, *built;
static void *_Atomic slot[KINDS][SLOTS];

static void construct(void *object)
{
    *(uint64_t *)object = (uintptr_t)object ^ OWNED;
}

static void *take(unsigned kind, size_t *size, uint64_t *seed)
{
    unsigned order = (unsigned)(unit_random(seed) % 4);
    switch (kind) {
    case SMALL:
        *size = 48;
        return cache_alloc(small);
    case BUILT:
        *size = 600;
        return cache_alloc(built);
    case SIZED:
        *size = 16 + unit_random(seed) % (unit_random(seed) % 64 == 0 ? 20000 : 900);
        return kmalloc(*size);
    default:
        *size = (size_t)PAGE_SIZE << order;
        return page_alloc(order, PAGE_OTHER);
    }
}

static void give(unsigned kind, void *p)
{
    if (kind == BUILT)
        host_check(*(uint64_t *)p == ((uintptr_t)p ^ OWNED));
    if (kind == SMALL)
        cache_free(small, p);
    else if (kind == BUILT)
        cache_free(built, p);
    else if (kind == SIZED)
        kfree(p);
    else
        page_free(p, page_of(p)->order);
}

/* Into a slot, and what was in it is mine to free; its taker wrote his address in it. */
static void hand_over(struct worker *w, unsigned kind, uint64_t *p)
{
    unsigned at = kind == BUILT;
    p[at] = (uintptr_t)p;
    p = atomic_exchange(&slot[kind][unit_random(&w->seed) % SLOTS], p);
    if (p == NULL)
        return;
    w->handed++;
    host_check(p[at] == (uintptr_t)p);
    p[at] = 0;
    give(kind, p);
}

static void step(struct worker *w)
{
    uint64_t dice = unit_random(&w->seed);
    unsigned kind = dice % 8 == 0 ? PAGES : (unsigned)(dice >> 8) % PAGES;
    size_t size;
    w->operations++;
    if (w->mine.n < KEPT && dice >> 16 & 1) {
        void *p = take(kind, &size, &w->seed);
        w->refused += p == NULL;
        if (p != NULL)
            things_add(&w->mine, p, size, kind, kind == BUILT ? 8 : 0);
    } else if (w->mine.n > 0) {
        struct thing g = things_take(&w->mine, (size_t)(dice >> 24) % w->mine.n);
        if (dice >> 17 & 1)
            give(g.kind, g.at);
        else
            hand_over(w, g.kind, (uint64_t *)(void *)g.at);
    }
    if (dice >> 20 & 1 && w->operations % 4096 == 0)
        memory_reclaim();
}

static void work(void *arg)
{
    struct worker *w = arg;
    host_become_cpu(w->index);
    things_init(&w->mine, KEPT);
    while (w->operations < OPERATIONS)
        step(w);
    while (w->mine.n > 0) {
        struct thing g = things_take(&w->mine, w->mine.n - 1);
        give(g.kind, g.at);
    }
    things_done(&w->mine);
}

static void run_threads(void *arg)
{
    static struct worker worker[CPUS];
    struct host_thread *thread[CPUS];
    unsigned long operations = 0, refused = 0, handed = 0;
    memory_host_start(RAM_SIZE);
    small = cache_create("small", 48, 0, NULL);
    built = cache_create("built", 600, 64, construct);
    memory_host_settle();
    struct buddy before = page_buddies();
    host_relax = host_thread_yield;
    for (unsigned i = 0; i < CPUS; i++) {
        worker[i] = (struct worker){ .index = i, .seed = *(uint64_t *)arg + i };
        thread[i] = host_thread_start(work, &worker[i]);
    }
    for (unsigned i = 0; i < CPUS; i++) {
        host_thread_join(thread[i]);
        operations += worker[i].operations;
        refused += worker[i].refused;
        handed += worker[i].handed;
    }
    for (unsigned i = 0; i < KINDS * SLOTS; i++) {
        if (slot[i / SLOTS][i % SLOTS] != NULL)
            give(i / SLOTS, slot[i / SLOTS][i % SLOTS]);
    }
    memory_host_settle();
    memory_host_exact();
    struct buddy now = page_buddies();
    host_check(memcmp(now.blocks, before.blocks, sizeof(now.blocks)) == 0);
    host_check(cache_destroy(small) == 0 && cache_destroy(built) == 0);
    memory_host_settle();
    memory_host_exact();
    host_check(cache_pages() == 0 && cache_objects() == 0);
    printf("# %lu operations on %d CPUs, %lu refused, %lu freed by another\n", operations, CPUS, refused,
           handed);
    fflush(stdout);
    host_check(handed > 1000);
}

void memory_check_threads(void **state)
{
    (void)state;
    uint64_t seed = unit_seed();
    host_in_child(run_threads, &seed, NULL);
}
