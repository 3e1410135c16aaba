/* aspace_model.h - what every byte of some address spaces has to be. For aspace_check.c only. */
#pragma once
#include "aspace_check.h"

#include "unit.h"

#include <kernel/area.h>
#include <kernel/config.h>
#include <uapi/errno.h>

enum { OBJECTS = 1 << 16 };

/* What a page begins and ends with. */
struct content {
    uint32_t first, last;
};

struct model_page {
    bool mapped;
    unsigned prot;
    unsigned object;      /* shared: which; 0: private */
    bool from_source;     /* private: what it is again when it is forgotten, */
    unsigned source_page; /*   and where from */
    struct content now;
};

/* Beside spaces[] of the same number. */
static struct space {
    struct aspace *as;
    struct model_page page[PAGES];
} models[SPACES];

static struct content objects[OBJECTS];

static inline struct content *content(struct model_page *p)
{
    return p->object != 0 ? &objects[p->object] : &p->now;
}

static inline void make_new(struct model_page *p)
{
    p->now = (struct content){ 0, 0 };
    if (p->from_source)
        p->now = (struct content){ source_word(p->source_page), ~source_word(p->source_page) };
}

/* Reading says what is there, or why it is not. */
static inline void check_page(struct space *s, unsigned i)
{
    struct model_page *p = &s->page[i];
    uint32_t word = 0;
    int result = aspace_read(s->as, &word, va_of(i), 4);

    if (!p->mapped || p->prot == 0) {
        assert_int_equal(result, p->mapped ? -EACCES : -EFAULT);
        return;
    }
    assert_int_equal(result, 0);
    assert_int_equal(word, content(p)->first);
    assert_int_equal(aspace_read(s->as, &word, va_of(i + 1) - 4, 4), 0);
    assert_int_equal(word, content(p)->last);
}

/* The areas are in order, none is empty, and none is outside of what is mapped. */
static inline void check_areas(struct space *s)
{
    size_t mapped = 0, model = 0;
    uintptr_t end = 0;

    for (struct area *a = area_from(s->as, 0); a != NULL; a = area_next(a)) {
        assert_true(a->start >= end && a->start < a->end);
        end = a->end;
        mapped += (a->end - a->start) / PAGE_SIZE;
    }
    for (unsigned i = 0; i < PAGES; i++) {
        const struct area *a = area_from(s->as, va_of(i));
        bool there = a != NULL && a->start <= va_of(i);

        assert_int_equal(there, s->page[i].mapped);
        if (there)
            assert_int_equal(a->prot, s->page[i].prot);
        model += s->page[i].mapped;
    }
    assert_int_equal(mapped, model);
    assert_int_equal(s->as->mapped, mapped);
    assert_true(s->as->tree.pages <= mapped);
}
