/* test_memory.c - all memory taken and given back; threads and interrupts that do so across each other. */
#include "load.h"

#include <kernel/clock.h>
#include <kernel/failalloc.h>
#include <kernel/kmalloc.h>
#include <kernel/ktest.h>
#include <kernel/memory.h>
#include <lib/string.h>
#include <lib/util.h>
#include <stdatomic.h>

enum { SEED = 20240229 };

/* What is taken until there is no more hangs on a chain of itself. */
struct link {
    struct link *next;
    size_t       size;
};

static void hang_on(struct link **chain, struct link *l, size_t size)
{
    *l = (struct link){ *chain, size };
    *chain = l;
}

static void give_page(struct link *l)
{
    page_free(l, page_of(l)->order);
}

static void give_kmalloc(struct link *l)
{
    KCHECK(ksize(l) >= l->size);
    kfree(l);
}

/* Some, chosen by chance, then the others: not the way they came. */
static void give_back(struct link *chain, void (*give)(struct link *l), uint32_t *rng)
{
    struct link *others = NULL, *next;
    for (struct link *l = chain; l != NULL; l = next) {
        next = l->next;
        if (load_random_below(rng, 2) == 0)
            hang_on(&others, l, l->size);
        else
            give(l);
    }
    for (struct link *l = others; l != NULL; l = next) {
        next = l->next;
        give(l);
    }
}

/* How many free blocks of each order there are when nothing is kept at hand. The struct is a large one. */
static __attribute__((noinline)) void settle(size_t blocks[BUDDY_ORDERS])
{
    while (memory_reclaim())
        continue;
    struct buddy b = page_buddies();
    memcpy(blocks, b.blocks, sizeof(b.blocks));
}

static void compare_blocks(const size_t before[BUDDY_ORDERS])
{
    size_t after[BUDDY_ORDERS];
    settle(after);
    for (unsigned i = 0; i < BUDDY_ORDERS; i++) {
        if (after[i] != before[i])
            ktest_fail("order %u: %lu free blocks before, %lu after", i, (unsigned long)before[i],
                       (unsigned long)after[i]);
    }
}

/* Long blocks and short ones, at last single pages, until there is none. */
static struct link *take_all_pages(uint32_t *rng, size_t *pages)
{
    struct link *chain = NULL;
    unsigned most = PAGE_MAX_ORDER;
    for (;;) {
        unsigned order = load_random_below(rng, most + 1);
        void *block = KTEST_ALLOC(page_alloc(order, PAGE_OTHER));
        if (block != NULL) {
            hang_on(&chain, block, (size_t)PAGE_SIZE << order);
            *pages += (size_t)1 << order;
        } else if (order == 0) {
            return chain;
        } else {
            most = order - 1;
        }
    }
}

static void test_all_pages(void)
{
    uint32_t rng = SEED;
    size_t blocks[BUDDY_ORDERS], before[PAGE_OWNERS], after[PAGE_OWNERS], pages = 0;
    settle(blocks);
    page_count(before);
    struct link *chain = take_all_pages(&rng, &pages);
    page_count(after);
    KCHECK(pages == before[PAGE_FREE] && after[PAGE_FREE] == 0 && page_stat().free == 0);
    KCHECK(after[PAGE_OTHER] == before[PAGE_OTHER] + pages);
    KCHECK(memory_check());
    KCHECK(page_alloc(0, PAGE_OTHER) == NULL && page_alloc(PAGE_MAX_ORDER + 1, PAGE_OTHER) == NULL);
    give_back(chain, give_page, &rng);
    compare_blocks(blocks);
    KCHECK(page_stat().free == before[PAGE_FREE]);
}
KTEST("mem-all-pages", test_all_pages);

/* kmalloc() of any size until not even the smallest is to be had. */
static void test_kmalloc_to_the_end(void)
{
    uint32_t rng = SEED;
    struct link *chain = NULL;
    size_t blocks[BUDDY_ORDERS];
    settle(blocks);
    unsigned bits = 21, taken = 0;
    while (bits > 3) {
        size_t size = max_size(load_random_size(&rng, bits), sizeof(struct link));
        struct link *l = KTEST_ALLOC(kmalloc(size));
        if (l != NULL) {
            hang_on(&chain, l, size);
            taken++;
        } else {
            bits--;
        }
    }
    KCHECK(taken > 100 && page_stat().free == 0);
    KCHECK(memory_check());
    give_back(chain, give_kmalloc, &rng);
    compare_blocks(blocks);
}
KTEST("mem-kmalloc-to-the-end", test_kmalloc_to_the_end);

/* What one takes another gives back: each puts what it took into a table, and takes what was there. */
enum { SLOTS = 64, LARGEST_BITS = 14 };

static struct {
    struct spinlock lock;
    struct load     slot[SLOTS];
    struct cache   *cache;
    atomic_uint     refused, done;
} shared = { .lock = SPINLOCK_INIT("test table", RANK_WAITQ) };

static void churn(uint32_t *rng, uint32_t mark)
{
    struct load o = { .p = NULL };
    unsigned what = load_random_below(rng, 4);
    bool got = true;
    if (what == 0)
        got = load_kmalloc(&o, load_random_size(rng, LARGEST_BITS), mark);
    else if (what == 1)
        got = load_cache(&o, shared.cache, mark);
    else if (what == 2)
        got = load_pages(&o, load_random_below(rng, 3), mark);
    atomic_fetch_add(&shared.refused, !got);
    unsigned i = load_random_below(rng, SLOTS);
    unsigned long s = spin_lock(&shared.lock);
    load_swap(&o, &shared.slot[i]);
    spin_unlock(&shared.lock, s);
    load_give(&o);
    atomic_fetch_add(&shared.done, 1);
}

static bool begin_churn(void)
{
    atomic_store(&shared.refused, 0);
    atomic_store(&shared.done, 0);
    shared.cache = KTEST_ALLOC(cache_create("test-churn", 200, 0, NULL));
    KCHECK(shared.cache != NULL);
    return shared.cache != NULL;
}

static void end_churn(void)
{
    for (unsigned i = 0; i < SLOTS; i++)
        load_give(&shared.slot[i]);
    KCHECK(load_damaged() == 0);
    KCHECK(cache_destroy(shared.cache) == 0);
}

/* Threads of three priorities: those above wake up in the midst of what those below do. */
enum { THREADS = 12, ROUNDS = CONFIG_DEBUG ? 400 : 1200 };

static uint64_t in_us(uint32_t *rng, unsigned least, unsigned most)
{
    unsigned us = least + load_random_below(rng, most - least);
    return hal_timer_now() + us * ((unsigned)clock_ticks_from_ms(1) / 1000);
}

static void churner(void *arg)
{
    uint32_t mark = (uint32_t)(uintptr_t)arg, rng = SEED + mark;
    for (unsigned i = 0; i < ROUNDS; i++) {
        churn(&rng, mark);
        if (mark % 3 > 0)
            sleep_until(in_us(&rng, 5, 100));
    }
}

static void test_threads(void)
{
    static const unsigned prio[] = { PRIO_LOW, PRIO_NORMAL, PRIO_HIGH };
    if (!begin_churn())
        return;
    unsigned long switches = proc_switches();
    for (uintptr_t i = 1; i <= THREADS; i++)
        KCHECK(ktest_spawn("churner", prio[i % ARRAY_SIZE(prio)], churner, (void *)i) > 0);
    while (proc_wait(-1, NULL) > 0)
        continue;
    KCHECK(atomic_load(&shared.done) == THREADS * ROUNDS);
    KCHECK(atomic_load(&shared.refused) == 0 || failalloc_wanted());
    KCHECK(proc_switches() - switches > THREADS * ROUNDS / 2);
    end_churn();
}
KTEST("mem-threads", test_threads);

/*
 * The same in interrupts, every few microseconds, while a thread is at it; and once more without memory, when
 * each request looks for it everywhere, and less often. How often depends on how long the work takes at the
 * speed of this machine, so that the thread gets on.
 */
enum { BELLS = 3, RINGS = CONFIG_DEBUG ? 500 : 1500, OFTEN = 8, SELDOM = 400, HOT = 40 };

static struct bell {
    struct timeout t;
    uint32_t       rng, mark;
    struct load    hot;  /* of the size that the thread takes and gives all the time */
    unsigned       rings;
} bells[BELLS];

static atomic_uint ring_within; /* ticks; 0: no more */

static void ring(void *arg)
{
    struct bell *b = arg;
    b->rings += this_cpu()->irq_depth > 0;
    churn(&b->rng, b->mark);
    if (b->hot.p != NULL)
        load_give(&b->hot);
    else
        load_kmalloc(&b->hot, HOT, b->mark);
    unsigned most = atomic_load(&ring_within);
    if (most > 0)
        timeout_add(&b->t, hal_timer_now() + 1 + load_random_below(&b->rng, most));
}

/* With nothing but the magazine: its shortest way is where an interrupt would hurt. */
static void take_and_give(uint32_t mark)
{
    struct load o;
    for (unsigned i = 0; i < 50; i++) {
        if (load_kmalloc(&o, HOT, mark))
            load_give(&o);
    }
}

static unsigned time_of_churn(uint32_t *rng)
{
    uint64_t start = hal_timer_now();
    for (unsigned i = 0; i < 4 * SLOTS; i++)
        churn(rng, BELLS + 1);
    return (unsigned)(hal_timer_now() - start) / (4 * SLOTS) + 1;
}

static void test_interrupts(void)
{
    uint32_t rng = SEED;
    size_t pages = 0;
    if (!begin_churn())
        return;
    unsigned unit = time_of_churn(&rng);
    atomic_store(&ring_within, OFTEN * unit);
    for (unsigned i = 0; i < BELLS; i++) {
        bells[i] = (struct bell){ .rng = SEED + i + 1, .mark = i + 1 };
        timeout_init(&bells[i].t, ring, &bells[i]);
        timeout_add(&bells[i].t, hal_timer_now());
    }
    while (bells[0].rings < RINGS || bells[1].rings < RINGS || bells[2].rings < RINGS) {
        churn(&rng, BELLS + 1);
        take_and_give(BELLS + 1);
    }
    KCHECK(atomic_load(&shared.refused) == 0 || failalloc_wanted());
    atomic_store(&ring_within, SELDOM * unit);
    struct link *chain = take_all_pages(&rng, &pages);
    for (unsigned i = 0; i < RINGS; i++)
        churn(&rng, BELLS + 1);
    KCHECK(atomic_load(&shared.refused) > 0);
    give_back(chain, give_page, &rng);
    atomic_store(&ring_within, 0);
    sleep_until(hal_timer_now() + SELDOM * unit + clock_ticks_from_ms(1));
    for (unsigned i = 0; i < BELLS; i++) {
        KCHECK(!timeout_cancel(&bells[i].t));
        load_give(&bells[i].hot);
    }
    end_churn();
}
KTEST("mem-interrupts", test_interrupts);
