/* slab_state.c - what holds of a cache between any two operations. */
#include "slab_state.h"

#include "host.h"

#include <kernel/slab_layer.h>

/* Slabs on this list, of which so many objects are out, at least and at most. */
static size_t check_list(const struct list *slabs, size_t least, size_t most, size_t *out)
{
    size_t n = 0;
    for (const struct list *l = slabs->next; l != slabs; l = l->next, n++) {
        const struct slab *s = container_of(l, struct slab, link);
        host_check(s->out >= least && s->out <= most);
        *out += s->out;
    }
    return n;
}

static void check_slabs(const struct cache *c)
{
    size_t out = 0, empties = check_list(&c->empty, 0, 0, &out);
    size_t slabs = empties + check_list(&c->partial, 1, c->per_slab - 1, &out) +
                   check_list(&c->full, c->per_slab, c->per_slab, &out);
    host_check(c->empties == empties && c->slabs == slabs && c->out == out);
}

static size_t check_chain(const struct magazines *list, size_t least, size_t most)
{
    size_t n = 0;
    for (const struct magazine *mag = list->first; mag != NULL; mag = mag->next, n++)
        host_check(mag->n >= least && mag->n <= most && mag->none == NULL);
    host_check(n == list->count);
    return n;
}

static void check_magazines(const struct cache *c)
{
    size_t all = check_chain(&c->depot_full, 1, c->rounds) + check_chain(&c->depot_empty, 0, 0);
    for (unsigned i = 0; i < MAX_CPUS; i++) {
        const struct cache_cpu *m = &c->cpu[i];
        all += (m->loaded != NULL) + (m->previous != NULL);
        host_check(m->loaded != NULL || (m->previous == NULL && m->top == m->limit && m->top[-1] == NULL));
        host_check(m->loaded == NULL || m->loaded->none == NULL);
        host_check(m->loaded == NULL || (m->top >= m->loaded->object && m->top <= m->limit));
        host_check(m->loaded == NULL || m->limit == m->loaded->object + c->rounds);
        host_check(m->previous == NULL || m->previous->n <= c->rounds);
    }
    host_check(c->magazines == all);
}

void slab_state_check(const struct cache *c)
{
    check_slabs(c);
    check_magazines(c);
}
