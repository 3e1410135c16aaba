/* slab_stat.c - what caches hold, in numbers. */
#include <kernel/slab_layer.h>
#include <lib/string.h>

struct cache_stat cache_stat(struct cache *c)
{
    struct cache_stat st = {
        .size = c->size,
        .stride = c->stride,
        .per_slab = c->per_slab,
        .slab_pages = (size_t)1 << c->order,
    };
    strlcpy(st.name, c->name, sizeof(st.name));
    unsigned long s = spin_lock(&c->lock);
    st.slabs = c->slabs;
    st.total = st.slabs * st.per_slab;
    st.kept = magazine_count(c);
    st.in_use = c->out - st.kept;
    spin_unlock(&c->lock, s);
    return st;
}

size_t cache_pages(void)
{
    struct cache_stat st;
    size_t pages = 0;
    for (unsigned i = 0; cache_stat_at(i, &st); i++)
        pages += st.slabs * st.slab_pages;
    return pages;
}

/* Those that slabs and caches are made of come and go with them. */
size_t cache_objects(void)
{
    struct cache_stat st;
    size_t objects = 0;
    for (unsigned i = 0; cache_stat_at(i, &st); i++) {
        bool internal = strcmp(st.name, slab_heads.name) == 0 || strcmp(st.name, slab_magazines.name) == 0;
        objects += internal ? 0 : st.in_use;
    }
    return objects;
}
