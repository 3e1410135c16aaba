/*
 * test_misuse.c - memory freed twice, in the wrong way, or written to by strangers, and mutexes misused: each
 * has to end in a panic that says what was done and to what (tests/boot/test_misuse.py knows the words). One
 * boot each.
 */
#include <kernel/kassert.h>
#include <kernel/kmalloc.h>
#include <kernel/ktest.h>
#include <kernel/memory.h>
#include <kernel/mutex.h>
#include <kernel/page.h>
#include <kernel/slab.h>

enum { OBJECT_SIZE = 100 };

static volatile size_t size = OBJECT_SIZE; /* the compiler must not know */

static struct cache *make(const char *name)
{
    return cache_create(name, OBJECT_SIZE, 0, NULL);
}

static void misuse_page_twice(void)
{
    void *page = page_alloc(0, PAGE_OTHER);
    page_free(page, 0);
    page_free(page, 0);
    panic("nobody minded");
}
KTEST_FATAL("misuse-page-twice", misuse_page_twice);

static void misuse_block_twice(void)
{
    void *block = page_alloc(3, PAGE_OTHER);
    page_free(block, 3);
    page_free(block, 3);
    panic("nobody minded");
}
KTEST_FATAL("misuse-block-twice", misuse_block_twice);

static void misuse_page_order(void)
{
    page_free(page_alloc(2, PAGE_OTHER), 1);
    panic("nobody minded");
}
KTEST_FATAL("misuse-page-order", misuse_page_order);

static void misuse_page_within(void)
{
    char *block = page_alloc(2, PAGE_OTHER);
    page_free(block + PAGE_SIZE, 0);
    panic("nobody minded");
}
KTEST_FATAL("misuse-page-within", misuse_page_within);

static void misuse_page_of_kernel(void)
{
    page_free((void *)((uintptr_t)misuse_page_order & ~(uintptr_t)(PAGE_SIZE - 1)), 0);
    panic("nobody minded");
}
KTEST_FATAL("misuse-page-of-kernel", misuse_page_of_kernel);

static void misuse_kfree_page(void)
{
    kfree(page_alloc(0, PAGE_OTHER));
    panic("nobody minded");
}
KTEST_FATAL("misuse-kfree-page", misuse_kfree_page);

static void misuse_wrong_cache(void)
{
    struct cache *apples = make("apples"), *pears = make("pears");
    cache_free(pears, cache_alloc(apples));
    panic("nobody minded");
}
KTEST_FATAL("misuse-wrong-cache", misuse_wrong_cache);

static void misuse_no_object(void)
{
    cache_free(make("apples"), page_alloc(0, PAGE_OTHER));
    panic("nobody minded");
}
KTEST_FATAL("misuse-no-object", misuse_no_object);

/* Without DEBUG nobody looks before both have come to the slab. */
static void misuse_object_twice(void)
{
    struct cache *apples = make("apples");
    void *first = cache_alloc(apples), *object = cache_alloc(apples);
    cache_free(apples, object);
    cache_free(apples, object);
    cache_free(apples, first);
    memory_reclaim();
    panic("nobody minded");
}
KTEST_FATAL("misuse-object-twice", misuse_object_twice);

static void misuse_within_object(void)
{
    struct cache *apples = make("apples");
    cache_free(apples, (char *)cache_alloc(apples) + 8);
    memory_reclaim();
    panic("nobody minded");
}
KTEST_FATAL("misuse-within-object", misuse_within_object);

/* What follows only a DEBUG build sees. */
static void misuse_overrun(void)
{
    char *p = kmalloc(size);
    p[size] = 1;
    kfree(p);
    panic("nobody minded the overrun");
}
KTEST_FATAL("misuse-overrun", misuse_overrun);

static void misuse_cache_overrun(void)
{
    struct cache *apples = make("apples");
    char *p = cache_alloc(apples);
    p[size] = 1;
    cache_free(apples, p);
    panic("nobody minded the overrun");
}
KTEST_FATAL("misuse-cache-overrun", misuse_cache_overrun);

/* Before an object lies the tag of the one before, which comes back later. */
static void misuse_underrun(void)
{
    struct cache *apples = make("apples");
    char *one = cache_alloc(apples), *other = cache_alloc(apples);
    char *later = one < other ? other : one;
    later[-1] = 1;
    cache_free(apples, later);
    panic("nobody minded the underrun");
}
KTEST_FATAL("misuse-underrun", misuse_underrun);

static void misuse_write_after_free(void)
{
    struct cache *apples = make("apples");
    char *p = cache_alloc(apples);
    cache_free(apples, p);
    p[5] = 1;
    cache_alloc(apples);
    panic("nobody minded the write");
}
KTEST_FATAL("misuse-write-after-free", misuse_write_after_free);

static void misuse_page_write_after_free(void)
{
    char *p = page_alloc(0, PAGE_OTHER);
    page_free(p, 0);
    p[77] = 1;
    page_alloc(0, PAGE_OTHER);
    panic("nobody minded the write");
}
KTEST_FATAL("misuse-page-write-after-free", misuse_page_write_after_free);

static void misuse_kfree_object(void)
{
    kfree(cache_alloc(make("apples")));
    panic("nobody minded the kfree()");
}
KTEST_FATAL("misuse-kfree-object", misuse_kfree_object);

static void misuse_mutex_twice(void)
{
    struct mutex m;
    mutex_init(&m, "pear");
    mutex_lock(&m);
    mutex_lock(&m);
    panic("nobody minded");
}
KTEST_FATAL("misuse-mutex-twice", misuse_mutex_twice);

static void misuse_mutex_unlock(void)
{
    struct mutex m;
    mutex_init(&m, "pear");
    mutex_unlock(&m);
    panic("nobody minded");
}
KTEST_FATAL("misuse-mutex-unlock", misuse_mutex_unlock);
