/*
 * kernel/kmalloc.h - memory of any size: a cache for each class of sizes, whole pages above.
 *
 * Classes are the powers of two and their midpoints from 16 to 8192 bytes, so that from 11 bytes on at most a
 * third is not used. What is larger gets 2^n pages, up to 4 MiB.
 */
#pragma once
#include <kernel/magazine.h>
#include <stddef.h>

enum { KMALLOC_CLASSES = 19 };
extern struct cache kmalloc_caches[KMALLOC_CLASSES];

void kmalloc_init(void); /* irqs off, boot CPU, once, after cache_init(). */

/* 16, 24, 32, 48 ... 8192 */
static inline size_t kmalloc_class_size(unsigned i)
{
    return (i % 2 != 0 ? (size_t)24 : (size_t)16) << i / 2;
}

void *kmalloc_any(size_t size); /* kmalloc() of a size that the compiler does not know. */

/*
 * The class of a size from 17 to CACHE_SIZE_MOST that the compiler knows: it works this out. 2^top is below
 * size; in the class of a midpoint or of the next power.
 */
#define KMALLOC_TOP(size) (31u - (unsigned)__builtin_clz((unsigned)(size)-1))
#define KMALLOC_CLASS(size)                                                                                \
    (2 * (KMALLOC_TOP(size) - 4) + ((size) <= (size_t)3 << (KMALLOC_TOP(size) - 1) ? 1 : 2))

/*
 * Any context, locks below RANK_CACHES held. Not cleared, aligned to 8 bytes; NULL if there is
 * no memory, or if no size that large can be had. kmalloc(0) is an object of no bytes, of which no two are
 * the same.
 */
static inline void *kmalloc(size_t size)
{
    if (!CONFIG_DEBUG && __builtin_constant_p(size) && size <= CACHE_SIZE_MOST)
        return magazine_alloc(&kmalloc_caches[size <= 16 ? 0 : KMALLOC_CLASS(size)]);
    return kmalloc_any(size);
}

void *kzalloc(size_t size);                  /* The same, cleared. */
void *kmalloc_array(size_t n, size_t size);  /* n times size bytes; NULL if that is too large for a size_t. */

/*
 * The same context. p, which may be NULL, with its contents as far as both sizes go, in a place for `size`
 * bytes. NULL when there is no memory: then p is still there.
 */
void *krealloc(void *p, size_t size);

/* Any context, locks below RANK_SLAB held. p came from one of the above, or is NULL. */
void kfree(void *p);

/*
 * Any context. Bytes that may be used at p, not fewer than were asked for: in a DEBUG build just those, but
 * for whole pages.
 */
size_t ksize(const void *p);
