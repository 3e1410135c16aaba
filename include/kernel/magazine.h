/*
 * kernel/magazine.h - the common case of taking and freeing an object: this CPU's loaded magazine.
 *
 * For the files of the slab allocator, and for kmalloc(), which is inline where the size is known.
 */
#pragma once
#include <hal/cpu.h>
#include <kernel/sched.h>
#include <kernel/slab.h>

/*
 * irqs off; they end with hal_irq_restore(s), so that their callers, which end with them, need to
 * keep nothing. The loaded magazine of this CPU is empty, or full: another one, or the slabs. Locks as for
 * cache_alloc() and cache_free().
 */
void *magazine_alloc_slowly(struct cache *c, unsigned long s);
void  magazine_free_slowly(struct cache *c, void *object, unsigned long s);
/* irqs off. This CPU's part of the cache: cpu[] is its first member. */
static inline struct cache_cpu *cache_here(struct cache *c)
{
    return (struct cache_cpu *)((char *)c + this_cpu()->cache_offset);
}

/* Any context. The common case of cache_alloc() and kmalloc(): an object off the loaded magazine. */
static inline void *magazine_alloc(struct cache *c)
{
    unsigned long s = hal_irq_save();
    struct cache_cpu *m = cache_here(c);
    void **top = m->top;
    void *object = top[-1];
    if (__builtin_expect(object == NULL, 0))
        return magazine_alloc_slowly(c, s);
    m->top = top - 1;
    hal_irq_restore(s);
    return object;
}

static inline void magazine_free(struct cache *c, void *object)
{
    unsigned long s = hal_irq_save();
    struct cache_cpu *m = cache_here(c);
    void **top = m->top;
    if (__builtin_expect(top == m->limit, 0)) {
        magazine_free_slowly(c, object, s);
        return;
    }
    *top = object;
    m->top = top + 1;
    hal_irq_restore(s);
}
