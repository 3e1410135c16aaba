/* page_check.c - kernel/page.c, by requests at random, against a map with a byte for each page.
 *
 * That byte says who has the page. So a free block of some order is there, or is not: where page_alloc() says
 * NULL, a walk over the map has to say so too, once no CPU keeps pages on its list.
 */
#include "memory_check.h"
#include "memory_host.h"
#include "memory_model.h"
#include "unit.h"

#include <string.h>

#include <hal/mmu.h>
#include <kernel/kmalloc.h>
#include <kernel/memory.h>

enum { RAM_SIZE = 0x1400000, PAGES = RAM_SIZE / PAGE_SIZE, CPUS = 3, ROUNDS = 4 };
enum { OPERATIONS = CONFIG_DEBUG ? 240000 : 4000000, CHECK_EVERY = 64, COMPARE_EVERY = 20000 };

static struct {
    struct things blocks; /* kind: its order */
    uint8_t owner[PAGES]; /* 0: free; PAGE_OWNERS: was never */
    size_t nfree, total, refused, operations;
    size_t count[PAGE_OWNERS]; /* of what was never free */
    uint64_t seed;
    unsigned cpu;
} t;

static uint64_t any(uint64_t n)
{
    return unit_random(&t.seed) % n;
}

static void set_up(uint64_t seed)
{
    memory_host_start(RAM_SIZE);
    memory_host_settle();
    t.seed = seed;
    t.total = page_stat().total;
    things_init(&t.blocks, PAGES);
    page_count(t.count);
    for (size_t i = 0; i < PAGES; i++)
        t.owner[i] = page_of(hal_p2v(i * PAGE_SIZE))->owner == PAGE_FREE ? 0 : PAGE_OWNERS;
    struct buddy b = page_buddies();
    for (size_t i = 0; i < PAGES; i++)
        t.nfree += t.owner[i] == 0;
    host_check(t.nfree == b.free_pages && t.nfree == t.count[PAGE_FREE] && t.total == PAGES);
}

static bool is_free_block(size_t i, size_t n)
{
    for (size_t k = i; k < i + n; k++) {
        if (t.owner[k] != 0)
            return false;
    }
    return true;
}

static bool any_free_block(unsigned order)
{
    size_t n = (size_t)1 << order;
    for (size_t i = 0; order <= PAGE_MAX_ORDER && i + n <= PAGES; i += n) {
        if (is_free_block(i, n))
            return true;
    }
    return false;
}

static void be_cpu(unsigned cpu)
{
    t.cpu = cpu;
    host_become_cpu(cpu);
}

/* By owner, all of them; what the lists keep counts as free. */
static void compare(void)
{
    size_t count[PAGE_OWNERS], expected[PAGE_OWNERS];
    memcpy(expected, t.count, sizeof(expected));
    expected[PAGE_FREE] = t.nfree;
    for (size_t i = 0; i < PAGES; i++)
        expected[t.owner[i] % PAGE_OWNERS] += t.owner[i] % PAGE_OWNERS != 0;
    page_count(count);
    host_check(memcmp(count, expected, sizeof(count)) == 0);
    things_look_at_all(&t.blocks);
}

static void after(void)
{
    t.operations++;
    if (t.operations % CHECK_EVERY == 0)
        host_check(page_stat().free == t.nfree && page_stat().total == t.total);
    if (t.operations % COMPARE_EVERY == 0)
        compare();
}

static void note(unsigned char *block, unsigned order, enum page_owner owner)
{
    size_t i = hal_v2p(block) / PAGE_SIZE, n = (size_t)1 << order;
    host_check(i + n <= PAGES && is_aligned(hal_v2p(block), PAGE_SIZE << order) && is_free_block(i, n));
    memset(&t.owner[i], (int)owner, n);
    t.nfree -= n;
    host_check(page_of(block)->owner == owner && page_of(block)->order == order);
    things_add(&t.blocks, block, n * PAGE_SIZE, order, 0);
}

/* It said that there is no block: no list has a part of one, and then there is none. */
static void refuse(unsigned order, enum page_owner owner)
{
    t.refused++;
    if (t.refused % 16 != 0)
        return;
    for (unsigned i = 0; i < CPUS; i++) {
        host_become_cpu(i);
        page_list_drain();
    }
    host_become_cpu(t.cpu);
    bool is_there = any_free_block(order);
    unsigned long one_in = host_memory.one_in;
    host_memory.one_in = 0;
    void *block = page_alloc(order, owner);
    host_memory.one_in = one_in;
    host_check((block != NULL) == is_there);
    if (block != NULL)
        note(block, order, owner);
}

static bool take(unsigned order)
{
    enum page_owner owner = any(2) ? PAGE_USER : PAGE_OTHER;
    bool clear = any(16) == 0;
    unsigned char *block = clear ? page_alloc_zero(order, owner) : page_alloc(order, owner);
    host_check(block == NULL || !clear || (block[0] == 0 && !memcmp(block, block + 1, 4095)));
    if (block != NULL && clear)
        host_check(block[(PAGE_SIZE << order) - 1] == 0 && block[(PAGE_SIZE << order) / 2] == 0);
    if (block != NULL)
        note(block, order, owner);
    else
        refuse(order, owner);
    after();
    return block != NULL;
}

static void give(size_t which)
{
    struct thing g = things_take(&t.blocks, which);
    size_t n = (size_t)1 << g.kind;
    memset(&t.owner[hal_v2p(g.at) / PAGE_SIZE], 0, n);
    t.nfree += n;
    if (g.kind == 0 && any(4) == 0) {
        memset(g.at, 0, PAGE_SIZE);
        page_free_zero(g.at);
    } else {
        page_free(g.at, g.kind);
    }
    after();
}

/* Mostly single pages; now and then of any order, one that there is not included. */
static unsigned any_order(void)
{
    unsigned dice = (unsigned)any(64);
    return dice == 0 ? (unsigned)any(PAGE_MAX_ORDER + 2) : dice < 20 ? (unsigned)any(4) : 0;
}

static void give_all(void)
{
    while (t.blocks.n > 0)
        give((size_t)any(t.blocks.n));
}

/* In turns memory fills, until nothing is left, and empties; one CPU takes what another gives. */
static void churn(size_t operations)
{
    size_t end = t.operations + operations;
    unsigned grow = 50;
    while (t.operations < end) {
        if (t.operations % 8192 == 0)
            grow = 20 + 15 * (unsigned)any(5);
        if (any(16) == 0)
            be_cpu((unsigned)any(CPUS));
        if (any(100) < grow || t.blocks.n == 0)
            take(any_order());
        else
            give((size_t)any(t.blocks.n));
        if (any(4096) == 0)
            memory_reclaim();
    }
    compare();
}

static void run_random(void *arg)
{
    set_up(*(uint64_t *)arg);
    struct buddy before = page_buddies();
    for (unsigned round = 0; round < ROUNDS; round++) {
        host_memory.one_in = round == ROUNDS - 1 ? 50 : 0;
        churn(OPERATIONS / ROUNDS);
        give_all();
        host_memory.one_in = 0;
        memory_host_settle();
        struct buddy now = page_buddies();
        host_check(memcmp(before.blocks, now.blocks, sizeof(now.blocks)) == 0);
        host_check(now.free_pages == t.nfree && page_stat().free == t.nfree);
        memory_host_exact();
    }
    printf("# %zu operations on pages, %zu of them refused, %lu made to fail\n", t.operations, t.refused,
           atomic_load(&host_memory.failed));
    fflush(stdout);
    host_check(t.refused > 1000 && atomic_load(&host_memory.failed) > 100);
}

void page_check_random(void **state)
{
    (void)state;
    uint64_t seed = unit_seed();
    host_in_child(run_random, &seed, NULL);
}

/* Of every order as many blocks as there are, then none, and as many again when all came back. */
static void run_exhaustion(void *arg)
{
    set_up(*(uint64_t *)arg);
    struct buddy before = page_buddies();
    size_t had[BUDDY_ORDERS] = { 0 };
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned order = BUDDY_ORDERS; order-- > 0;) {
            size_t n = 0;
            while (take(order))
                n++;
            host_check(!any_free_block(order) && (round == 0 || n == had[order]));
            had[order] = n;
        }
        host_check(page_stat().free == 0 && t.nfree == 0 && kmalloc(1) == NULL && kmalloc(100000) == NULL);
        host_check(page_alloc(PAGE_MAX_ORDER + 1, PAGE_OTHER) == NULL);
        compare();
        give_all();
        memory_host_settle();
        struct buddy now = page_buddies();
        host_check(memcmp(before.blocks, now.blocks, sizeof(now.blocks)) == 0);
        memory_host_exact();
    }
    /* What a stack keeps, and the objects that only lie ready, are had before NULL is. */
    host_memory.spare_stack = page_alloc(0, PAGE_STACK);
    memory_host_exact();
    kfree(kmalloc(100));
    host_check(cache_pages() > 0);
    size_t left = t.nfree;
    while (page_alloc(0, PAGE_OTHER) != NULL)
        left--;
    host_check(left == 0 && host_memory.spare_stack == NULL && cache_pages() == 0);
    memory_host_exact();
}

void page_check_exhaustion(void **state)
{
    (void)state;
    uint64_t seed = unit_seed();
    host_in_child(run_exhaustion, &seed, NULL);
}
