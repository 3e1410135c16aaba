/*
 * magazine.c - the layer over the slabs: two magazines per CPU, and a depot of whole ones per cache.
 *
 * A magazine is made where an object is wanted, never where one is freed: so freeing needs no memory. Nothing
 * is shrunk to make one: else the slab that has just been made for the object could go for its magazine. A
 * call that may reclaim may find this CPU's magazines gone when it returns.
 */
#include <kernel/failalloc.h>
#include <kernel/kassert.h>
#include <kernel/slab_layer.h>
#include <lib/string.h>
#include <lib/util.h>

/* So many magazines are made for a depot. What they have no room for goes to the slabs. */
enum { DEPOT_MOST = 8 };

/* Without a magazine there is nothing to take, and no room. */
static void unequip(struct cache_cpu *m)
{
    static void *none;
    *m = (struct cache_cpu){ .top = &none + 1, .limit = &none + 1 };
}

void magazine_setup(struct cache *c)
{
    for (unsigned i = 0; i < MAX_CPUS; i++)
        unequip(&c->cpu[i]);
}

/* Puts mag, which has n objects, in the place of the loaded one. */
static void load(const struct cache *c, struct cache_cpu *m, struct magazine *mag, uintptr_t n)
{
    m->loaded = mag;
    m->top = mag->object + n;
    m->limit = mag->object + c->rounds;
}

/* The loaded one, with its count brought up to date. */
static struct magazine *unload(struct cache_cpu *m)
{
    m->loaded->n = (uintptr_t)(m->top - m->loaded->object);
    return m->loaded;
}

static void swap(const struct cache *c, struct cache_cpu *m)
{
    struct magazine *mag = m->previous;
    m->previous = m->loaded != NULL ? unload(m) : NULL;
    load(c, m, mag, mag->n);
}

/* Lock held. Of a list of the depot, or of those that are about to be freed. */
static struct magazine *pop(struct magazines *list)
{
    struct magazine *mag = list->first;
    if (mag != NULL) {
        list->first = mag->next;
        list->count--;
    }
    return mag;
}

static void push(struct magazines *list, struct magazine *mag)
{
    mag->next = list->first;
    list->first = mag;
    list->count++;
}

/* A new magazine with nothing in it; NULL when there is no memory. */
static struct magazine *make(struct cache *c)
{
    struct magazine *mag = slab_alloc_plain(&slab_magazines, false);
    if (mag == NULL)
        return NULL;
    *mag = (struct magazine){ .n = 0 };
    spin_lock_raw(&c->lock);
    c->magazines++;
    spin_unlock_raw(&c->lock);
    return mag;
}

static struct magazine *get_empty(struct cache *c)
{
    spin_lock_raw(&c->lock);
    struct magazine *mag = pop(&c->depot_empty);
    spin_unlock_raw(&c->lock);
    return mag != NULL ? mag : make(c);
}

/*
 * Objects have to come from slabs. Two magazines for this CPU, if it has none, and one more for the depot, up
 * to what that may hold: next time fewer will. Where memory is short, none.
 */
static void equip(struct cache *c)
{
    struct cache_cpu *m = cache_here(c);
    if (c->rounds == 0 || failalloc_wanted())
        return;
    while (m->previous == NULL) {
        struct magazine *mag = get_empty(c);
        if (mag == NULL)
            return;
        if (m->loaded == NULL)
            load(c, m, mag, 0);
        else
            m->previous = mag;
    }
    spin_lock_raw(&c->lock);
    bool room = c->depot_full.count + c->depot_empty.count < DEPOT_MOST;
    spin_unlock_raw(&c->lock);
    struct magazine *more = room ? make(c) : NULL;
    if (more == NULL)
        return;
    spin_lock_raw(&c->lock);
    push(&c->depot_empty, more);
    spin_unlock_raw(&c->lock);
}

/* A full magazine of the depot for the empty one that is loaded. */
static bool exchange(struct cache *c, struct cache_cpu *m)
{
    spin_lock_raw(&c->lock);
    struct magazine *full = pop(&c->depot_full);
    if (full != NULL) {
        if (m->loaded != NULL)
            push(&c->depot_empty, unload(m));
        load(c, m, full, full->n);
    }
    spin_unlock_raw(&c->lock);
    return full != NULL;
}

/* From the slabs: half a magazine full, of which one object is returned; or just that. */
static void *refill(struct cache *c, struct cache_cpu *m)
{
    void *object = NULL;
    spin_lock_raw(&c->lock);
    if (m->loaded != NULL) {
        m->top += slab_take(c, m->loaded->object, (c->rounds + 1) / 2);
        if (m->top != m->loaded->object)
            object = *--m->top;
    } else {
        slab_take(c, &object, 1);
    }
    spin_unlock_raw(&c->lock);
    return object;
}

/* irqs off, and left off. */
static void *alloc_slowly(struct cache *c)
{
    if (failalloc_now())
        return NULL;
    for (;;) {
        struct cache_cpu *m = cache_here(c);
        if (m->previous != NULL && m->previous->n > 0) {
            swap(c, m);
            return *--m->top;
        }
        if (exchange(c, m))
            return *--m->top;
        equip(c);
        void *object = refill(c, m);
        if (object != NULL || !slab_grow(c))
            return object;
    }
}

__attribute__((noinline)) void *magazine_alloc_slowly(struct cache *c, unsigned long s)
{
    void *object = alloc_slowly(c);
    hal_irq_restore(s);
    return object;
}

/* Lock held. Room in this CPU's magazines: an empty one out of the depot, or the loaded one's go to slabs. */
static void make_room(struct cache *c, struct cache_cpu *m, struct list *unneeded)
{
    struct magazine *empty = pop(&c->depot_empty);
    if (empty != NULL) {
        if (m->previous != NULL)
            push(&c->depot_full, m->previous);
        if (m->loaded != NULL)
            m->previous = unload(m);
        load(c, m, empty, 0);
    } else if (m->loaded != NULL) {
        slab_give(c, m->loaded->object, (unsigned)(m->top - m->loaded->object), unneeded);
        m->top = m->loaded->object;
    }
}

__attribute__((noinline)) void magazine_free_slowly(struct cache *c, void *object, unsigned long s)
{
    struct cache_cpu *m = cache_here(c);
    struct list unneeded = LIST_INIT(unneeded);
    if (m->previous != NULL && m->previous->n < c->rounds) {
        swap(c, m);
    } else {
        spin_lock_raw(&c->lock);
        make_room(c, m, &unneeded);
        if (m->loaded == NULL)
            slab_give(c, &object, 1, &unneeded);
        spin_unlock_raw(&c->lock);
    }
    if (m->loaded != NULL)
        *m->top++ = object;
    slab_release(c, &unneeded);
    hal_irq_restore(s);
}

void *cache_alloc(struct cache *c)
{
    void *object = magazine_alloc(c);
    if (CONFIG_DEBUG && object != NULL)
        slab_debug_alloc(c, object, c->size, (uintptr_t)__builtin_return_address(0));
    return object;
}

void cache_free(struct cache *c, void *object)
{
    if (__builtin_expect(page_of(object)->cache != c, 0))
        slab_check_member(c, object);
    if (CONFIG_DEBUG)
        slab_debug_free(c, object, (uintptr_t)__builtin_return_address(0));
    magazine_free(c, object);
}

/* Lock held. */
static void empty_out(struct cache *c, struct magazine *mag, struct magazines *emptied, struct list *unneeded)
{
    slab_give(c, mag->object, (unsigned)mag->n, unneeded);
    push(emptied, mag);
}

bool magazine_flush(struct cache *c)
{
    struct list unneeded = LIST_INIT(unneeded);
    struct magazines emptied = { .count = 0 };
    struct magazine *mag;
    struct cache_cpu *m = cache_here(c);
    spin_lock_raw(&c->lock);
    if (m->loaded != NULL)
        empty_out(c, unload(m), &emptied, &unneeded);
    if (m->previous != NULL)
        empty_out(c, m->previous, &emptied, &unneeded);
    unequip(m);
    while ((mag = pop(&c->depot_full)) != NULL)
        empty_out(c, mag, &emptied, &unneeded);
    while ((mag = pop(&c->depot_empty)) != NULL)
        push(&emptied, mag);
    c->magazines -= emptied.count;
    spin_unlock_raw(&c->lock);
    bool any = slab_release(c, &unneeded);
    while ((mag = pop(&emptied)) != NULL)
        any |= slab_free_plain(&slab_magazines, mag);
    return any;
}

size_t magazine_count(const struct cache *c)
{
    size_t kept = 0;
    for (unsigned i = 0; i < MAX_CPUS; i++) {
        const struct cache_cpu *m = &c->cpu[i];
        kept += m->loaded != NULL ? (size_t)(m->top - m->loaded->object) : 0;
        kept += m->previous != NULL ? m->previous->n : 0;
    }
    for (const struct magazine *mag = c->depot_full.first; mag != NULL; mag = mag->next)
        kept += mag->n;
    return kept;
}
