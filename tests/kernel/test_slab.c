/* test_slab.c - object caches and kmalloc(): what each promises, and what a shortage of pages takes back. */
#include "load.h"

#include <kernel/failalloc.h>
#include <kernel/kmalloc.h>
#include <kernel/ktest.h>
#include <kernel/memory.h>
#include <kernel/page.h>
#include <lib/string.h>
#include <lib/util.h>

enum { MANY = 200, MAGIC = 0x5eed };

struct thing {
    unsigned magic, uses;
    char     rest[92];
};

static unsigned constructed;

static void construct(void *object)
{
    *(struct thing *)object = (struct thing){ .magic = MAGIC };
    constructed++;
}

/* What is handed out was set up before, when its slab was made; a DEBUG build sets up each time. */
static void test_constructor(void)
{
    static struct thing *thing[MANY];
    constructed = 0;
    struct cache *c = KTEST_ALLOC(cache_create("test-things", sizeof(struct thing), 0, construct));
    for (unsigned round = 1; round <= 3; round++) {
        for (unsigned i = 0; i < MANY; i++) {
            thing[i] = KTEST_ALLOC(cache_alloc(c));
            KCHECK(thing[i]->magic == MAGIC);
            KCHECK(thing[i]->uses == 0);
            thing[i]->uses++;
        }
        KCHECK(cache_stat(c).in_use == MANY);
        KCHECK(CONFIG_DEBUG ? constructed == MANY * round : constructed % cache_stat(c).per_slab == 0);
        for (unsigned i = 0; i < MANY; i++) {
            thing[i]->uses--;
            cache_free(c, thing[i]);
        }
        KCHECK(cache_stat(c).in_use == 0);
    }
    KCHECK(CONFIG_DEBUG || failalloc_wanted() || constructed < 3 * MANY);
    KCHECK(cache_destroy(c) == 0);
}
KTEST("mem-constructor", test_constructor);

static void check_cache(size_t size, size_t align)
{
    struct load o[8];
    struct cache *c = KTEST_ALLOC(cache_create("test-align", size, align, NULL));
    for (unsigned i = 0; i < ARRAY_SIZE(o); i++) {
        KCHECK(KTEST_CALL(load_cache(&o[i], c, i) ? 0 : -ENOMEM) == 0);
        if (!is_aligned((uintptr_t)o[i].p, max_size(align, 8)))
            ktest_fail("an object of %u bytes to be aligned to %u is at %p", (unsigned)size, (unsigned)align,
                       (void *)o[i].p);
    }
    for (unsigned i = 0; i < ARRAY_SIZE(o); i++)
        load_give(&o[i]);
    KCHECK(cache_destroy(c) == 0);
}

static void test_alignment(void)
{
    static const size_t size[] = { 1, 8, 13, 100, 511, 512, 1000, 4096, 5000, CACHE_SIZE_MOST };
    for (unsigned i = 0; i < ARRAY_SIZE(size); i++) {
        check_cache(size[i], 0);
        for (size_t align = 1; align <= CACHE_ALIGN_MOST; align *= 4)
            check_cache(size[i], align);
    }
    KCHECK(load_damaged() == 0);
}
KTEST("mem-alignment", test_alignment);

/* A DEBUG build says what was asked for; otherwise at most a third is for nothing. */
static void check_size(void *p, size_t size)
{
    size_t has = ksize(p);
    if (p == NULL || !is_aligned((uintptr_t)p, 8) || has < size)
        ktest_fail("kmalloc(%lu) is %p with %lu bytes", (unsigned long)size, p, (unsigned long)has);
    if (CONFIG_DEBUG ? has != size : size > 10 && (has - size) * 3 > has)
        ktest_fail("ksize() of kmalloc(%lu) is %lu", (unsigned long)size, (unsigned long)has);
    kfree(p);
}

#define CHECK_CONSTANT(size) check_size(KTEST_ALLOC(kmalloc(size)), size)

static void test_sizes(void)
{
    for (size_t size = 0; size <= CACHE_SIZE_MOST; size += size < 1100 ? 1 : 37)
        check_size(KTEST_ALLOC(kmalloc(size)), size);
    CHECK_CONSTANT(0);
    CHECK_CONSTANT(1);
    CHECK_CONSTANT(16);
    CHECK_CONSTANT(17);
    CHECK_CONSTANT(24);
    CHECK_CONSTANT(25);
    CHECK_CONSTANT(512);
    CHECK_CONSTANT(513);
    CHECK_CONSTANT(4096);
    CHECK_CONSTANT(6145);
    CHECK_CONSTANT(8192);
    void *none[] = { KTEST_ALLOC(kmalloc(0)), KTEST_ALLOC(kmalloc(0)), KTEST_ALLOC(kmalloc(8193)) };
    KCHECK(none[0] != NULL && none[1] != NULL && none[0] != none[1]);
    KCHECK(none[2] != NULL && ksize(none[2]) == 4 * PAGE_SIZE);
    for (unsigned i = 0; i < ARRAY_SIZE(none); i++)
        kfree(none[i]);
    kfree(NULL);
}
KTEST("mem-sizes", test_sizes);

static void test_too_large(void)
{
    static volatile size_t half = SIZE_MAX / 2 + 1, most = SIZE_MAX, page = PAGE_SIZE;
    KCHECK(kmalloc((page << PAGE_MAX_ORDER) + 1) == NULL);
    KCHECK(kmalloc(most) == NULL && kzalloc(half) == NULL);
    KCHECK(kmalloc_array(half, 2) == NULL && kmalloc_array(most, most) == NULL);
    KCHECK(kmalloc_array(most / page + 1, page) == NULL);
    void *p = KTEST_ALLOC(kmalloc_array(page, 3));
    KCHECK(ksize(p) >= 3 * page);
    KCHECK(krealloc(p, most) == NULL); /* and p is still there */
    KCHECK(ksize(p) >= 3 * page);
    kfree(p);
}
KTEST("mem-too-large", test_too_large);

static void test_zeroed(void)
{
    for (unsigned size = 1; size <= 20000; size += size / 2 + 1) {
        unsigned char *p = KTEST_ALLOC(kmalloc(size));
        memset(p, 0xff, size);
        kfree(p);
        p = KTEST_ALLOC(kzalloc(size));
        for (unsigned i = 0; i < size; i++)
            KCHECK(p[i] == 0);
        kfree(p);
    }
}
KTEST("mem-zeroed", test_zeroed);

/* Longer and shorter by chance: the contents move along. */
static void test_realloc(void)
{
    uint32_t rng = 1;
    struct load o;
    void *p = KTEST_ALLOC(krealloc(NULL, 10));
    KCHECK(p != NULL);
    kfree(p);
    KCHECK(KTEST_CALL(load_kmalloc(&o, 100, 1) ? 0 : -ENOMEM) == 0);
    for (unsigned i = 0; i < 2000; i++)
        KCHECK(KTEST_CALL(load_resize(&o, load_random_size(&rng, 15)) ? 0 : -ENOMEM) == 0);
    load_give(&o);
    KCHECK(load_damaged() == 0);
}
KTEST("mem-realloc", test_realloc);

struct link {
    struct link *next;
};

static struct link *hoard;

static void take_pages_while_any_is_free(void)
{
    struct link *page;
    while (page_stat().free > 0 && (page = KTEST_ALLOC(page_alloc(0, PAGE_OTHER))) != NULL) {
        page->next = hoard;
        hoard = page;
    }
}

static void give_pages(unsigned n)
{
    while (hoard != NULL && n-- > 0) {
        void *page = hoard;
        hoard = hoard->next;
        page_free(page, 0);
    }
}

/* No page is free, but objects that nobody uses are kept. A page is to be had, and they are gone. */
static void test_reclaim(void)
{
    static void *object[MANY];
    unsigned n = 0;
    struct cache *c = KTEST_ALLOC(cache_create("test-reclaim", 200, 0, NULL));
    while (memory_reclaim())
        continue;
    take_pages_while_any_is_free();
    give_pages(32);
    while (page_stat().free > 8 && n < MANY && (object[n] = KTEST_ALLOC(cache_alloc(c))) != NULL)
        n++;
    take_pages_while_any_is_free();
    KCHECK(n > 8 && cache_stat(c).in_use == n);
    while (n > 0)
        cache_free(c, object[--n]);
    take_pages_while_any_is_free();
    struct cache_stat st = cache_stat(c);
    KCHECK(page_stat().free == 0);
    KCHECK(st.in_use == 0 && st.slabs > 0);
    KCHECK(st.kept > 0 || failalloc_wanted());
    void *page = KTEST_ALLOC(page_alloc(0, PAGE_OTHER));
    KCHECK(page != NULL);
    KCHECK(cache_stat(c).slabs == 0 && cache_stat(c).kept == 0);
    if (page != NULL)
        page_free(page, 0);
    give_pages(~0u);
    KCHECK(cache_destroy(c) == 0);
}
KTEST("mem-reclaim", test_reclaim);

static void test_destroy_in_use(void)
{
    struct cache *c = KTEST_ALLOC(cache_create("test-in-use", 64, 0, NULL));
    void *object[] = { KTEST_ALLOC(cache_alloc(c)), KTEST_ALLOC(cache_alloc(c)) };
    KCHECK(cache_destroy(c) == -EBUSY);
    cache_free(c, object[0]);
    KCHECK(cache_destroy(c) == -EBUSY);
    KCHECK(cache_stat(c).in_use == 1);
    void *more = KTEST_ALLOC(cache_alloc(c)); /* it is as good as before */
    KCHECK(more != NULL && more != object[1]);
    cache_free(c, more);
    cache_free(c, object[1]);
    KCHECK(cache_destroy(c) == 0);
}
KTEST("mem-destroy-in-use", test_destroy_in_use);
