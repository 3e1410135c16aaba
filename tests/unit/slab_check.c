/* slab_check.c - kernel/slab*.c and magazine.c, by requests at random to several caches at once.
 *
 * Objects are taken on one CPU and freed on another. How often constructors have to be called is known from
 * the number of slabs: once for each object of a new one, or in a DEBUG build once for each that is taken.
 */
#include "memory_check.h"
#include "memory_host.h"
#include "memory_model.h"
#include "slab_state.h"
#include "unit.h"

#include <string.h>

#include <kernel/memory.h>
#include <kernel/slab.h>
#include <uapi/errno.h>

enum { RAM_SIZE = 0x4000000, SMALL_RAM = 0x700000, CACHES = 12, CPUS = 3, OBJECTS = 3000, BYTES = 1 << 20 };
enum { OPERATIONS = CONFIG_DEBUG ? 300000 : 3500000, CHECK_EVERY = 256, COMPARE_EVERY = 30000 };

/* What a constructor writes. */
struct built {
    uintptr_t self; /* where it is, but for the bits of BUILT */
    uint64_t always;
};
#define BUILT  ((uintptr_t)0x5ca1ab1e00000000)
#define ALWAYS UINT64_C(0x0123456789abcdef)

struct model {
    struct cache *cache;
    size_t size, align;
    bool built;
    struct things objects;
};

static struct {
    struct model model[CACHES];
    size_t operations, refused, created, taken, busy;
    size_t constructed; /* calls of the constructor */
    bool tight;         /* memory runs out, so that slabs go at any time */
    uint64_t seed;
} t;

static uint64_t any(uint64_t n)
{
    return unit_random(&t.seed) % n;
}

static void construct(void *object)
{
    struct built *b = object;
    *b = (struct built){ (uintptr_t)object ^ BUILT, ALWAYS };
    t.constructed++;
}

static size_t any_size(void)
{
    switch (any(4)) {
    case 0:
        return 1 + any(64);
    case 1:
        return 1 + any(512);
    case 2:
        return (size_t)1 << any(14);
    default:
        return 1 + any(CACHE_SIZE_MOST);
    }
}

static void create(struct model *m)
{
    char name[40];
    m->size = any_size();
    m->align = any(3) > 0 ? 0 : (size_t)1 << any(13);
    m->built = m->size >= sizeof(struct built) && any(2) > 0;
    snprintf(name, sizeof(name), "toys-%zu-%zu", t.created, m->size);
    m->cache = cache_create(name, m->size, m->align, m->built ? construct : NULL);
    if (m->cache == NULL) {
        t.refused++;
        return;
    }
    name[CACHE_NAME_SIZE - 1] = 0;
    t.created++;
    struct cache_stat st = cache_stat(m->cache);
    host_check(strcmp(st.name, name) == 0 && st.size == m->size && st.slabs == 0 && st.in_use == 0);
    host_check(st.stride >= m->size && st.per_slab > 0 && st.kept == 0);
    host_check(st.per_slab * st.stride <= st.slab_pages * PAGE_SIZE);
    things_init(&m->objects, OBJECTS);
}

/* Exact, cache by cache. */
static void check_counts(void)
{
    for (unsigned i = 0; i < CACHES; i++) {
        const struct model *m = &t.model[i];
        if (m->cache == NULL)
            continue;
        struct cache_stat st = cache_stat(m->cache);
        host_check(st.in_use == m->objects.n && st.total == st.slabs * st.per_slab);
        host_check(st.in_use + st.kept <= st.total);
        slab_state_check(m->cache);
    }
}

static void after(void)
{
    t.operations++;
    if (t.operations % CHECK_EVERY == 0)
        check_counts();
    if (t.operations % COMPARE_EVERY != 0)
        return;
    memory_host_exact();
    for (unsigned i = 0; i < CACHES; i++)
        things_look_at_all(&t.model[i].objects);
}

static void check_built(const struct model *m, const void *object)
{
    const struct built *b = object;
    if (m->built)
        host_check(b->self == ((uintptr_t)object ^ BUILT) && b->always == ALWAYS);
}

/* Each object of each new slab, and no other; a DEBUG build: this one. */
static void check_constructed(const struct model *m, size_t before, uint32_t slabs_before, bool got)
{
    size_t calls = t.constructed - before;
    if (!m->built)
        host_check(calls == 0);
    else if (CONFIG_DEBUG)
        host_check(calls == got);
    else if (t.tight)
        host_check(calls % m->cache->per_slab == 0);
    else
        host_check(calls == (m->cache->slabs - slabs_before) * m->cache->per_slab);
}

static void take(struct model *m)
{
    size_t before = t.constructed;
    uint32_t slabs = m->cache->slabs;
    void *object = cache_alloc(m->cache);
    check_constructed(m, before, slabs, object != NULL);
    host_check(object != NULL || t.tight || host_memory.one_in != 0);
    if (object != NULL) {
        host_check(is_aligned((uintptr_t)object, m->align != 0 ? m->align : 8));
        check_built(m, object);
        things_add(&m->objects, object, m->size, 0, m->built ? sizeof(struct built) : 0);
        t.taken++;
    } else {
        t.refused++;
    }
    after();
}

static void give(struct model *m, size_t which)
{
    size_t before = t.constructed;
    struct thing g = things_take(&m->objects, which);
    check_built(m, g.at);
    cache_free(m->cache, g.at);
    host_check(t.constructed == before);
    after();
}

static void give_all(struct model *m)
{
    while (m->objects.n > 0)
        give(m, (size_t)any(m->objects.n));
}

/* Refused while an object has a user; other CPUs have to let go of theirs first. */
static void destroy(struct model *m)
{
    if (m->objects.n > 0) {
        t.busy++;
        host_check(cache_destroy(m->cache) == -EBUSY);
        give_all(m);
    }
    for (unsigned cpu = CPUS; cpu-- > 0;) {
        host_become_cpu(cpu);
        cache_reclaim();
    }
    struct cache_stat st = cache_stat(m->cache);
    host_check(st.slabs == 0 && st.kept == 0 && st.in_use == 0 && m->cache->magazines == 0);
    host_check(cache_destroy(m->cache) == 0);
    things_done(&m->objects);
    m->cache = NULL;
}

static void step(struct model *m, unsigned grow)
{
    if (m->cache == NULL)
        create(m);
    else if (any(4000) == 0)
        destroy(m);
    else if (any(100) < grow && m->objects.n < OBJECTS && m->objects.bytes < BYTES)
        take(m);
    else if (m->objects.n > 0)
        give(m, any(4) ? m->objects.n - 1 : (size_t)any(m->objects.n));
}

/* Mostly several times the same cache, as users do; each cache grows and shrinks in turns. */
static void churn(size_t operations)
{
    size_t end = t.operations + operations;
    unsigned grow = 50;
    while (t.operations < end) {
        struct model *m = &t.model[any(CACHES)];
        if (any(8) == 0)
            host_become_cpu((unsigned)any(CPUS));
        if (any(16) == 0)
            grow = 10 + 20 * (unsigned)any(5);
        for (unsigned n = (unsigned)any(80); n > 0; n--)
            step(m, grow);
        if (any(2000) == 0)
            cache_reclaim();
        if (any(2000) == 0)
            memory_reclaim();
    }
}

/* All of it back: pages and blocks are as they were. */
static void end(const struct buddy *before, size_t free_before)
{
    for (unsigned i = 0; i < CACHES; i++) {
        if (t.model[i].cache != NULL)
            destroy(&t.model[i]);
    }
    memory_host_settle();
    memory_host_exact();
    struct buddy now = page_buddies();
    host_check(memcmp(now.blocks, before->blocks, sizeof(now.blocks)) == 0);
    host_check(page_stat().free == free_before && cache_pages() == 0 && cache_objects() == 0);
}

static void run_random(void *arg)
{
    t.seed = *(uint64_t *)arg;
    memory_host_start(t.tight ? SMALL_RAM : RAM_SIZE);
    memory_host_settle();
    struct buddy before = page_buddies();
    size_t free_before = page_stat().free;
    for (unsigned round = 0; round < 4; round++) {
        host_memory.one_in = round == 1 ? 50 : 0; /* in one round some fail, in one there are no magazines */
        host_memory.fail_wanted = round == 2;
        churn(OPERATIONS / (t.tight ? 12 : 4));
        host_memory.one_in = 0;
        host_memory.fail_wanted = false;
        memory_host_exact();
        if (round == 3 || any(2))
            end(&before, free_before);
    }
    printf("# %zu operations on %zu caches, %zu refused, %zu constructed, %zu too busy to go%s\n",
           t.operations, t.created, t.refused, t.constructed, t.busy, t.tight ? "; memory runs out" : "");
    fflush(stdout);
    host_check(t.created > CACHES && t.constructed > 1000 && t.busy > 0);
    host_check(t.refused > 10);
}

void slab_check_random(void **state)
{
    (void)state;
    uint64_t seed = unit_seed();
    t.tight = false;
    host_in_child(run_random, &seed, NULL);
}

void slab_check_tight(void **state)
{
    (void)state;
    uint64_t seed = unit_seed();
    t.tight = true;
    host_in_child(run_random, &seed, NULL);
}
