/* fuzz_memory.c - any string of requests to the memory system, against what its users wrote (memory_model.h).
 *
 * Each input begins and ends with all memory free: whatever was asked for between, the account is exact then,
 * and the free blocks are the same as ever.
 */
#include "memory_host.h"
#include "memory_model.h"
#include "slab_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kernel/kmalloc.h>
#include <kernel/memory.h>
#include <lib/util.h>
#include <uapi/errno.h>

enum { RAM_SIZE = 0x700000, MOST = 512, CACHES = 4, CPUS = 3, KMALLOCED = CACHES, PAGES, OF_ORDER = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct {
    const uint8_t *data;
    size_t size;
    struct things things; /* kind: number of the cache, KMALLOCED, or PAGES + order * OF_ORDER */
    struct cache *cache[CACHES];
    size_t object_size[CACHES], in_use[CACHES], align[CACHES];
    struct buddy empty;
    bool ready;
} t;

/* The next number of the input, below n; 0 behind its end. */
static size_t choose(size_t n)
{
    size_t value = 0;
    for (size_t most = 1; most < n && t.size > 0; most <<= 8, t.size--)
        value = value << 8 | *t.data++;
    return value % n;
}

static void construct(void *object)
{
    *(uintptr_t *)object = ~(uintptr_t)object;
}

static unsigned kept(unsigned which)
{
    return t.cache[which]->ctor != NULL ? sizeof(uintptr_t) : 0;
}

static void check_all(void)
{
    memory_host_exact();
    for (unsigned i = 0; i < CACHES; i++) {
        if (t.cache[i] == NULL)
            continue;
        host_check(cache_stat(t.cache[i]).in_use == t.in_use[i]);
        slab_state_check(t.cache[i]);
    }
    things_look_at_all(&t.things);
}

static void create(unsigned which)
{
    t.object_size[which] = 1 + choose(CACHE_SIZE_MOST);
    t.align[which] = choose(2) ? (size_t)1 << choose(13) : 0;
    bool with = choose(2) && t.object_size[which] >= sizeof(uintptr_t);
    t.cache[which] = cache_create("fuzzed", t.object_size[which], t.align[which], with ? construct : NULL);
    t.in_use[which] = 0;
}

static void give(size_t i)
{
    struct thing g = things_take(&t.things, i);
    if (g.kind % OF_ORDER == PAGES) {
        page_free(g.at, g.kind / OF_ORDER);
    } else if (g.kind == KMALLOCED) {
        kfree(g.at);
    } else {
        host_check(kept(g.kind) == 0 || *(uintptr_t *)(void *)g.at == ~(uintptr_t)g.at);
        t.in_use[g.kind]--;
        cache_free(t.cache[g.kind], g.at);
    }
}

/* Empty, once it is empty, and not before. */
static void destroy(unsigned which)
{
    if (t.in_use[which] > 0) {
        host_check(cache_destroy(t.cache[which]) == -EBUSY);
        return;
    }
    for (unsigned i = CPUS; i-- > 0;) {
        host_become_cpu(i);
        cache_reclaim();
    }
    host_check(cache_destroy(t.cache[which]) == 0);
    t.cache[which] = NULL;
}

static void take_object(unsigned which, size_t n)
{
    if (t.cache[which] == NULL)
        create(which);
    for (; n > 0 && t.cache[which] != NULL && t.things.n < MOST; n--) {
        void *object = cache_alloc(t.cache[which]);
        if (object == NULL)
            return;
        host_check(is_aligned((uintptr_t)object, max_size(t.align[which], 8)));
        host_check(kept(which) == 0 || *(uintptr_t *)object == ~(uintptr_t)object);
        t.in_use[which]++;
        things_add(&t.things, object, t.object_size[which], which, kept(which));
    }
}

static size_t any_size(void)
{
    return choose(32) == 0 ? choose(1 << 23) : choose(2) ? choose(8300) : choose(256);
}

static void take_kmalloced(void)
{
    size_t size = any_size();
    void *p = choose(2) ? kmalloc(size) : kzalloc(size);
    if (p != NULL)
        things_add(&t.things, p, choose(2) ? size : ksize(p), KMALLOCED, 0);
}

static void change(size_t i)
{
    if (t.things.thing[i].kind != KMALLOCED)
        return;
    struct thing g = t.things.thing[i];
    size_t size = any_size();
    unsigned char *p = krealloc(g.at, size);
    if (p == NULL)
        return;
    t.things.thing[i].at = p;
    things_look(&t.things, i, min_size(size, g.size));
    t.things.thing[i] = t.things.thing[--t.things.n];
    things_add(&t.things, p, size, KMALLOCED, 0);
}

static void take_pages(void)
{
    unsigned order = (unsigned)choose(choose(8) ? 4 : BUDDY_ORDERS + 1);
    char *block = page_alloc(order, PAGE_OTHER);
    if (block == NULL)
        return;
    host_check(is_aligned((uintptr_t)block, (size_t)PAGE_SIZE << order));
    things_add(&t.things, block, (size_t)PAGE_SIZE << order, PAGES + order * OF_ORDER, 0);
}

static void step(void)
{
    bool room = t.things.n < MOST;
    unsigned which = (unsigned)choose(10);
    if (which < 3) {
        unsigned cache = (unsigned)choose(CACHES);
        take_object(cache, 1 + choose(64));
    } else if (which == 3 && room) {
        take_kmalloced();
    } else if (which == 4 && room) {
        take_pages();
    } else if (which < 7) {
        for (size_t n = 1 + choose(64), at = choose(MOST); n > 0 && t.things.n > 0; n--)
            give(at % t.things.n);
    } else if (which == 7) {
        if (t.things.n > 0)
            change(choose(t.things.n));
    } else if (which == 8) {
        host_become_cpu((unsigned)choose(CPUS));
    } else {
        unsigned what = (unsigned)choose(6), cache = (unsigned)choose(CACHES);
        if (what == 0)
            host_memory.one_in = choose(8);
        else if (what == 1)
            host_memory.fail_wanted = choose(2) != 0;
        else if (what == 2)
            memory_reclaim();
        else if (what == 3)
            page_list_drain();
        else if (what == 4 && t.cache[cache] != NULL)
            destroy(cache);
        else
            check_all();
    }
}

static void start(void)
{
    memory_host_start(RAM_SIZE);
    memory_host_settle();
    t.empty = page_buddies();
    t.ready = true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!t.ready)
        start();
    t.data = data;
    t.size = size;
    things_init(&t.things, MOST);
    atomic_store(&host_memory.asked, 0);
    while (t.size > 0)
        step();
    check_all();
    host_memory.one_in = 0;
    host_memory.fail_wanted = false;
    while (t.things.n > 0)
        give(t.things.n - 1);
    for (unsigned i = 0; i < CACHES; i++) {
        if (t.cache[i] != NULL)
            destroy(i);
    }
    memory_host_settle();
    check_all();
    struct buddy now = page_buddies();
    host_check(memcmp(now.blocks, t.empty.blocks, sizeof(now.blocks)) == 0 && cache_pages() == 0);
    things_done(&t.things);
    return 0;
}
