/* kmalloc.c - from sizes to caches, and to whole pages for what is too large for them. */
#include <kernel/kassert.h>
#include <kernel/kmalloc.h>
#include <kernel/memmap.h>
#include <kernel/slab_layer.h>
#include <lib/fmt.h>
#include <lib/string.h>
#include <lib/util.h>

enum {
    SMALL_STEP = 8, /* up to SMALL_MOST bytes all classes are multiples of it, */
    SMALL_MOST = 512,
    LARGE_STEP = 256, /*   above it of this */
};

struct cache kmalloc_caches[KMALLOC_CLASSES];

/* The class of (size - 1) / SMALL_STEP, or / LARGE_STEP. */
static uint8_t small_class[SMALL_MOST / SMALL_STEP], large_class[CACHE_SIZE_MOST / LARGE_STEP];

static uint8_t class_of(size_t size)
{
    uint8_t i = 0;
    while (kmalloc_class_size(i) < size)
        i++;
    return i;
}

void kmalloc_init(void)
{
    KASSERT(kmalloc_class_size(KMALLOC_CLASSES - 1) == CACHE_SIZE_MOST);
    for (unsigned i = 0; i < KMALLOC_CLASSES; i++) {
        char name[CACHE_NAME_SIZE];
        fmt_snprintf(name, sizeof(name), "kmalloc-%u", (unsigned)kmalloc_class_size(i));
        cache_setup(&kmalloc_caches[i], name, kmalloc_class_size(i), 0, NULL);
        kmalloc_caches[i].sized = true;
    }
    for (unsigned i = 0; i < ARRAY_SIZE(small_class); i++)
        small_class[i] = class_of((i + 1) * SMALL_STEP);
    for (unsigned i = 0; i < ARRAY_SIZE(large_class); i++)
        large_class[i] = class_of((i + 1) * LARGE_STEP);
}

static void *alloc_pages(size_t size, uintptr_t caller)
{
    unsigned order = 0;
    while (order <= PAGE_MAX_ORDER && (size_t)PAGE_SIZE << order < size)
        order++;
    void *block = page_alloc(order, PAGE_KMALLOC);
    if (block != NULL)
        page_of(block)->caller = caller;
    return block;
}

/* caller: whose story it is. */
static inline void *alloc(size_t size, uintptr_t caller)
{
    if (size > CACHE_SIZE_MOST)
        return alloc_pages(size, caller);
    size_t last = size - (size > 0);
    unsigned i = size <= SMALL_MOST ? small_class[last / SMALL_STEP] : large_class[last / LARGE_STEP];
    void *object = magazine_alloc(&kmalloc_caches[i]);
    if (CONFIG_DEBUG && object != NULL)
        slab_debug_alloc(&kmalloc_caches[i], object, size, caller);
    return object;
}

void *kmalloc_any(size_t size)
{
    return alloc(size, (uintptr_t)__builtin_return_address(0));
}

void *kzalloc(size_t size)
{
    void *p = alloc(size, (uintptr_t)__builtin_return_address(0));
    if (p != NULL)
        memset(p, 0, size);
    return p;
}

void *kmalloc_array(size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes))
        return NULL;
    return alloc(bytes, (uintptr_t)__builtin_return_address(0));
}

/* What lies in no slab: whole pages, or nothing that can be freed here. */
static __attribute__((noinline)) void free_pages(void *p)
{
    const struct page *page = page_of(p);
    if (page->owner != PAGE_KMALLOC || !is_aligned((uintptr_t)p, PAGE_SIZE))
        panic("kfree(%p): this is not from kmalloc(), but in a page of: %s", p, page_owner_name(page->owner));
    page_free(p, page->order);
}

void kfree(void *p)
{
    if (p == NULL)
        return;
    struct cache *c = page_of(p)->cache;
    if (__builtin_expect(c == NULL, 0)) {
        free_pages(p);
        return;
    }
    if (CONFIG_DEBUG) {
        if (!c->sized)
            panic("kfree(%p): this is an object of cache %s, for cache_free()", p, c->name);
        slab_debug_free(c, p, (uintptr_t)__builtin_return_address(0));
    }
    magazine_free(c, p);
}

size_t ksize(const void *p)
{
    struct cache *c = page_of(p)->cache;
    if (c == NULL)
        return (size_t)PAGE_SIZE << page_of(p)->order;
    return CONFIG_DEBUG ? slab_debug_asked(c, p) : c->size;
}

/* A DEBUG build always moves: whoever keeps the old address is found out. */
void *krealloc(void *p, size_t size)
{
    uintptr_t caller = (uintptr_t)__builtin_return_address(0);
    if (p == NULL)
        return alloc(size, caller);
    size_t has = ksize(p);
    if (!CONFIG_DEBUG && size <= has && size >= has / 2)
        return p;
    void *to = alloc(size, caller);
    if (to != NULL) {
        memcpy(to, p, min_size(size, has));
        kfree(p);
    }
    return to;
}
