/* slab_edge_check.c - kernel/slab*.c and magazine.c: every shape of a slab, shortage, and what is kept. */
#include "memory_check.h"
#include "memory_host.h"
#include "unit.h"

#include <string.h>

#include <kernel/memory.h>
#include <kernel/slab.h>

enum { RAM_SIZE = 0x1000000, MOST = 4096 };

static void *object[MOST];

/* Each size at each alignment: the objects of two slabs lie in pages of it, and do not touch. */
static void fill_two_slabs(size_t size, size_t align)
{
    struct cache *c = cache_create("shapes", size, align, NULL);
    host_check(c != NULL);
    unsigned n = (unsigned)min_size(2 * c->per_slab, MOST);
    for (unsigned i = 0; i < n; i++) {
        object[i] = cache_alloc(c);
        host_check(object[i] != NULL && is_aligned((uintptr_t)object[i], align != 0 ? align : 8));
        memset(object[i], (int)i, size);
    }
    struct cache_stat st = cache_stat(c);
    host_check(st.in_use == n && st.slabs >= 2 * n / (2 * st.per_slab) && st.slabs <= 3);
    for (unsigned i = 0; i < n; i++) {
        const unsigned char *byte = object[i];
        host_check(byte[0] == (unsigned char)i && memcmp(byte, byte + 1, size - 1) == 0);
        host_check(page_of(byte)->cache == c && page_of(byte + size - 1)->cache == c);
        cache_free(c, object[i]);
    }
    host_check(cache_destroy(c) == 0);
}

static void run_shapes(void *arg)
{
    (void)arg;
    memory_host_start(RAM_SIZE);
    memory_host_settle();
    struct buddy before = page_buddies();
    for (size_t size = 1; size <= CACHE_SIZE_MOST; size += 1 + size / 6)
        for (size_t align = 0; align <= CACHE_ALIGN_MOST; align = align == 0 ? 1 : 2 * align)
            fill_two_slabs(size, align);
    fill_two_slabs(CACHE_SIZE_MOST, CACHE_ALIGN_MOST);
    memory_host_settle();
    memory_host_exact();
    struct buddy now = page_buddies();
    host_check(memcmp(now.blocks, before.blocks, sizeof(now.blocks)) == 0);
}

/* With n pages and no more: whatever a CPU has at first, it gets an object, and NULL at last. */
static void run_last_pages(void *arg)
{
    (void)arg;
    memory_host_start(RAM_SIZE);
    struct cache *c = cache_create("last", 64, 0, NULL);
    void *page[8];
    memory_host_settle();
    for (size_t i = 0; i < ARRAY_SIZE(page); i++)
        page[i] = page_alloc(0, PAGE_OTHER);
    while (page_alloc(0, PAGE_OTHER) != NULL)
        continue;
    for (unsigned n = 0; n <= ARRAY_SIZE(page); n++) {
        unsigned got = 0;
        for (unsigned i = 0; i < n; i++)
            page_free(page[i], 0);
        while ((object[got] = cache_alloc(c)) != NULL)
            got++;
        host_check(got >= (n < 2 ? n : n - 2) * c->per_slab && got <= n * c->per_slab);
        host_check(got >= n && cache_stat(c).in_use == got);
        while (got > 0)
            cache_free(c, object[--got]);
        memory_host_settle();
        memory_host_exact();
        for (unsigned i = 0; i < n; i++)
            host_check((page[i] = page_alloc(0, PAGE_OTHER)) != NULL);
        host_check(page_alloc(0, PAGE_OTHER) == NULL);
    }
}

void slab_check_edges(void **state)
{
    (void)state;
    host_in_child(run_shapes, NULL, NULL);
    host_in_child(run_last_pages, NULL, NULL);
}

static void with_size(void *arg)
{
    memory_host_start(RAM_SIZE);
    cache_create("bad", *(size_t *)arg, 0, NULL);
}

static void with_align(void *arg)
{
    memory_host_start(RAM_SIZE);
    cache_create("bad", 100, *(size_t *)arg, NULL);
}

static void run_names(void *arg)
{
    (void)arg;
    struct cache_stat st;
    unsigned n = 0, at = 0;
    memory_host_start(RAM_SIZE);
    while (cache_stat_at(n, &st))
        n++;
    struct cache *c = cache_create("a name that is too long", 5, 0, NULL), *d = cache_create("d", 5, 0, NULL);
    host_check(cache_stat_at(n, &st) && strcmp(st.name, "a name that is ") == 0 && st.size == 5);
    host_check(cache_stat_at(n + 1, &st) && strcmp(st.name, "d") == 0 && !cache_stat_at(n + 2, &st));
    host_check(cache_stat_at(0, &st) && strcmp(st.name, "slab-heads") == 0);
    void *one = cache_alloc(d);
    host_check(cache_objects() == 3 && cache_stat(d).in_use == 1); /* two of them are the caches */
    cache_free(d, one);
    host_check(cache_stat(d).in_use == 0 && cache_stat(d).kept > 0);
    host_check(cache_destroy(c) == 0 && cache_stat_at(n, &st) && strcmp(st.name, "d") == 0);
    while (cache_stat_at(at, &st))
        at++;
    host_check(at == n + 1 && cache_destroy(d) == 0 && !cache_stat_at(n, &st));
}

void slab_check_names(void **state)
{
    (void)state;
    static size_t sizes[] = { 0, CACHE_SIZE_MOST + 1, SIZE_MAX }, aligns[] = { 3, 48, 8192 };
    host_in_child(run_names, NULL, NULL);
    for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++)
        host_in_child(with_size, &sizes[i], "assertion failed: size > 0");
    for (unsigned i = 0; i < ARRAY_SIZE(aligns); i++)
        host_in_child(with_align, &aligns[i], "assertion failed: size > 0");
}

/* One empty slab is kept, no more; magazines of this CPU and the depot go when memory is wanted. */
static void run_reclaim(void *arg)
{
    (void)arg;
    memory_host_start(RAM_SIZE);
    struct cache *c = cache_create("kept", 128, 0, NULL);
    for (unsigned i = 0; i < MOST; i++)
        host_check((object[i] = cache_alloc(c)) != NULL);
    struct cache_stat st = cache_stat(c);
    uint32_t slabs_then = c->slabs;
    host_check(st.in_use == MOST && st.kept < 3 * MAGAZINE_MOST);
    for (unsigned i = 0; i < MOST; i++)
        cache_free(c, object[i]);
    st = cache_stat(c);
    host_check(st.in_use == 0 && st.kept <= 11 * MAGAZINE_MOST && st.kept >= 2 * MAGAZINE_MOST);
    host_check(c->slabs < slabs_then && c->slabs <= st.kept + 1 && c->empties == 1);
    void *one = cache_alloc(c);
    host_become_cpu(1);
    void *two = cache_alloc(c);
    cache_free(c, two);
    host_check(cache_reclaim());
    st = cache_stat(c);
    host_check(st.in_use == 1 && st.kept > 0 && c->depot_full.count + c->depot_empty.count == 0);
    host_check(!cache_reclaim());
    host_become_cpu(0);
    host_check(cache_reclaim() && cache_stat(c).kept == 0 && cache_stat(c).slabs == 1);
    cache_free(c, one);
    host_check(cache_destroy(c) == 0);
    memory_host_settle();
    memory_host_exact();
    host_check(cache_pages() == 0);
}

void slab_check_reclaim(void **state)
{
    (void)state;
    host_in_child(run_reclaim, NULL, NULL);
}
