/*
 * soak_memory.c - the allocators for as long as one likes: `soak=memory seconds=N [seed=N]`.
 *
 * Threads of three priorities and timeouts take, keep, resize and give back memory of every kind by chance,
 * in bursts with sleep between. Once a minute everything is given back and counted; so a leak is known to the
 * minute. The same seed on the same machine is the same run.
 */
#include "load.h"
#include "soak.h"

#include <hal/power.h>
#include <kernel/clock.h>
#include <kernel/console.h>
#include <kernel/kmalloc.h>
#include <kernel/main.h>
#include <kernel/memory.h>
#include <kernel/page.h>
#include <kernel/vm.h>
#include <lib/cmdline.h>
#include <lib/string.h>
#include <lib/util.h>
#include <stdatomic.h>

enum {
    WORKERS = 7,
    BELLS = 3,
    SLOTS = 24,  /* what a worker keeps */
    SHARED = 48, /* what anybody may put away or take */
    MINUTE_MS = 60000,
    BURST_MOST = 160, /* operations */
    SLEEP_MOST_MS = 2000,
    BELL_MOST_MS = 200,
};

static struct {
    struct spinlock lock;
    struct load slot[SHARED];
    struct cache *cache;
    uint64_t until; /* the end of the minute */
    atomic_uint operations, refused, faults;
} soak = { .lock = SPINLOCK_INIT("soak", RANK_WAITQ) };

static struct worker {
    struct load slot[SLOTS];
    struct cache *cache; /* its own, for what it keeps */
    uint32_t rng, mark;
} workers[WORKERS];

static struct bell {
    struct timeout t;
    uint32_t rng, mark;
} bells[BELLS];

static void fault(const char *what)
{
    kprintf("soak memory: %s\n", what);
    atomic_fetch_add(&soak.faults, 1);
}

/* One in two is a single page, one in four two of them, and so on. */
static unsigned random_order(uint32_t *rng)
{
    return (unsigned)min_size(bit_lowest32(load_random(rng) | 1u << 31), PAGE_MAX_ORDER);
}

/* Into a place where nothing is. */
static void take(struct load *o, struct cache *cache, uint32_t *rng, uint32_t mark)
{
    unsigned what = load_random_below(rng, 64);
    bool got = true;
    if (what < 32)
        got = load_kmalloc(o, load_random_size(rng, 14), mark);
    else if (what < 34)
        got = load_kmalloc(o, load_random_size(rng, 18), mark);
    else if (what < 48 && cache != NULL)
        got = load_cache(o, cache, mark);
    else if (what < 62)
        got = load_pages(o, 0, mark);
    else
        got = load_pages(o, random_order(rng), mark);
    atomic_fetch_add(&soak.refused, !got);
}

/* What somebody put away, for something new. Any context. */
static void exchange(uint32_t *rng, uint32_t mark)
{
    struct load o = { .p = NULL };
    take(&o, soak.cache, rng, mark);
    struct load *slot = &soak.slot[load_random_below(rng, SHARED)];
    unsigned long s = spin_lock(&soak.lock);
    load_swap(&o, slot);
    spin_unlock(&soak.lock, s);
    load_give(&o);
}

static void drop_cache(struct worker *w)
{
    for (unsigned i = 0; i < SLOTS; i++) {
        if (w->slot[i].kind == LOAD_CACHE)
            load_give(&w->slot[i]);
    }
    if (w->cache != NULL && cache_destroy(w->cache) != 0)
        fault("a cache of which nothing is out cannot be destroyed");
    w->cache = NULL;
}

static void renew_cache(struct worker *w)
{
    size_t size = 1 + load_random_size(&w->rng, 12), align = (size_t)1 << load_random_below(&w->rng, 9);
    drop_cache(w);
    w->cache = cache_create("soak-own", size, align, NULL);
    atomic_fetch_add(&soak.refused, w->cache == NULL);
}

static void live_shortly(void *arg)
{
    uint32_t rng = (uint32_t)(uintptr_t)arg;
    for (unsigned i = 0; i < 4; i++)
        exchange(&rng, rng);
}

static void spawn_one(struct worker *w)
{
    void *seed = (void *)(uintptr_t)(load_random(&w->rng) | 1);
    int pid = proc_spawn("soak-short", PRIO_NORMAL, live_shortly, seed);
    atomic_fetch_add(&soak.refused, pid < 0);
    if (pid >= 0 && proc_wait(pid, NULL) != pid)
        fault("a child got lost");
}

static void operate(struct worker *w)
{
    struct load *o = &w->slot[load_random_below(&w->rng, SLOTS)];
    unsigned what = load_random_below(&w->rng, 128);
    if (what == 0)
        renew_cache(w);
    else if (what == 1)
        spawn_one(w);
    else if (what < 24)
        exchange(&w->rng, w->mark);
    else if (o->p == NULL)
        take(o, w->cache, &w->rng, w->mark);
    else if (o->kind == LOAD_KMALLOC && what < 48)
        atomic_fetch_add(&soak.refused, !load_resize(o, load_random_size(&w->rng, 14)));
    else
        load_give(o);
    atomic_fetch_add(&soak.operations, 1);
}

static void work(void *arg)
{
    struct worker *w = arg;
    while (hal_timer_now() < soak.until) {
        for (unsigned n = load_random_below(&w->rng, BURST_MOST); n > 0; n--)
            operate(w);
        sleep_ms(load_random_below(&w->rng, SLEEP_MOST_MS));
    }
    drop_cache(w);
    for (unsigned i = 0; i < SLOTS; i++)
        load_give(&w->slot[i]);
}

static void ring(void *arg)
{
    struct bell *b = arg;
    exchange(&b->rng, b->mark);
    atomic_fetch_add(&soak.operations, 1);
    timeout_add(&b->t, hal_timer_now() + clock_ticks_from_ms(1 + load_random_below(&b->rng, BELL_MOST_MS)));
}

/* Every page that is left, for a moment in which everybody else goes without. */
static void exhaust(void)
{
    void **chain = NULL, **page;
    unsigned n = 0;
    while ((page = page_alloc(0, PAGE_OTHER)) != NULL) {
        *page = chain;
        chain = page;
        n++;
    }
    sleep_ms(SLEEP_MOST_MS);
    while (chain != NULL) {
        page = chain;
        chain = *page;
        page_free(page, 0);
    }
    atomic_fetch_add(&soak.operations, n);
}

struct balance {
    long pages, objects;
};

static struct balance take_balance(void)
{
    while (memory_reclaim_everywhere())
        continue;
    return (struct balance){ (long)(page_stat().free + vm_kernel.tables), (long)cache_objects() };
}

static void begin_minute(uint64_t until)
{
    static const unsigned prio[] = { PRIO_LOW, PRIO_NORMAL, PRIO_HIGH };
    soak.until = until;
    soak.cache = cache_create("soak-shared", 300, 0, NULL);
    if (soak.cache == NULL)
        fault("no memory for a cache");
    for (unsigned i = 0; i < BELLS; i++) {
        timeout_init(&bells[i].t, ring, &bells[i]);
        timeout_add(&bells[i].t, hal_timer_now());
    }
    for (unsigned i = 0; i < WORKERS; i++) {
        if (proc_spawn("soak", prio[i % ARRAY_SIZE(prio)], work, &workers[i]) < 0)
            fault("no memory for a thread");
    }
}

static void end_minute(void)
{
    while (proc_wait(-1, NULL) > 0)
        continue;
    for (unsigned i = 0; i < BELLS; i++)
        timeout_cancel(&bells[i].t);
    for (unsigned i = 0; i < SHARED; i++)
        load_give(&soak.slot[i]);
    if (soak.cache != NULL && cache_destroy(soak.cache) != 0)
        fault("the shared cache cannot be destroyed");
    if (!memory_check())
        fault("the account of all pages is not exact");
}

/* What is missing of the balance; a line for each minute. */
static bool run_minute(unsigned minute, uint64_t end, const struct balance *start, uint32_t *rng)
{
    begin_minute(min_u64(end, hal_timer_now() + clock_ticks_from_ms(MINUTE_MS)));
    sleep_ms(load_random_below(rng, MINUTE_MS / 2));
    exhaust();
    end_minute();
    struct balance now = take_balance();
    kprintf("soak memory: minute %u, %u operations, %u refused, %ld pages and %ld objects lost\n", minute,
            atomic_load(&soak.operations), atomic_load(&soak.refused), start->pages - now.pages,
            now.objects - start->objects);
    if (now.objects != start->objects)
        cache_print_users(NULL);
    return now.pages == start->pages && now.objects == start->objects;
}

static void run_soak(unsigned long seconds, unsigned long seed)
{
    uint32_t rng = (uint32_t)seed;
    bool exact = true;
    kprintf("soak memory: %lu s, seed %lu\n", seconds, seed);
    for (unsigned i = 0; i < WORKERS; i++)
        workers[i] = (struct worker){ .rng = load_random(&rng), .mark = i + 1 };
    for (unsigned i = 0; i < BELLS; i++)
        bells[i] = (struct bell){ .rng = load_random(&rng), .mark = WORKERS + i + 1 };
    struct balance start = take_balance();
    uint64_t end = hal_timer_now() + clock_ticks_from_ms(1000) * seconds;
    for (unsigned minute = 1; hal_timer_now() < end && exact; minute++)
        exact = run_minute(minute, end, &start, &rng);
    bool good = exact && atomic_load(&soak.faults) == 0 && load_damaged() == 0;
    memory_report();
    kprintf("soak memory: %lu s, %u operations, %u refused, %u damaged, %u faults: %s\n", seconds,
            atomic_load(&soak.operations), atomic_load(&soak.refused), load_damaged(),
            atomic_load(&soak.faults), good ? "ok" : "FAILED");
    hal_power_off(good ? EXIT_STATUS_PASS : EXIT_STATUS_FAIL);
}

static void run(const char *what)
{
    unsigned long seconds = 60, seed = 1;
    cmdline_get_uint(boot_info()->cmdline, "seconds", &seconds);
    cmdline_get_uint(boot_info()->cmdline, "seed", &seed);
    if (strcmp(what, "smp") == 0 && seed != 0)
        soak_smp(seconds);
    else if (strcmp(what, "memory") != 0 || seed == 0)
        kprintf("soak=%s seed=%lu: there are soak=memory and soak=smp, seeds from 1 on\n", what, seed);
    else
        run_soak(seconds, seed);
}

BOOT_PROGRAM(soak, run);
