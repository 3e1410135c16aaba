/* area.c - the areas of an address space: a tree by address, of which no two overlap. */
#include <kernel/area.h>
#include <kernel/kassert.h>
#include <kernel/kmalloc.h>
#include <kernel/vm_walk.h>
#include <lib/util.h>
#include <uapi/errno.h>

static struct area *area_of(struct rb_node *n)
{
    return n != NULL ? container_of(n, struct area, node) : NULL;
}

struct area *area_from(const struct aspace *as, uintptr_t va)
{
    struct area *best = NULL, *a = area_of(as->areas.root);
    while (a != NULL) {
        if (va < a->end)
            best = a;
        a = area_of(a->node.child[va < a->end ? RB_LEFT : RB_RIGHT]);
    }
    return best;
}

struct area *area_next(const struct area *a)
{
    return area_of(rb_next(&a->node));
}

struct area *area_below(const struct aspace *as, uintptr_t va)
{
    struct area *best = NULL, *a = area_of(as->areas.root);
    while (a != NULL) {
        if (a->start < va)
            best = a;
        a = area_of(a->node.child[a->start < va ? RB_RIGHT : RB_LEFT]);
    }
    return best;
}

struct area *area_like(const struct area *like, uintptr_t start, uintptr_t end)
{
    struct area *a = kmalloc(sizeof(*a));
    if (a == NULL)
        return NULL;
    *a = *like;
    a->node = (struct rb_node){ .up = 0 };
    a->start = start;
    a->end = end;
    a->offset = like->offset + (start - like->start);
    if (a->src != NULL)
        a->src->ops->get(a->src);
    return a;
}

static size_t pages_of(const struct area *a)
{
    return (a->end - a->start) / PAGE_SIZE;
}

void area_insert(struct aspace *as, struct area *a)
{
    as->mapped += pages_of(a);
    rb_insert(&as->areas, &a->node, a->start);
}

void area_free(struct aspace *as, struct area *a)
{
    if (rb_linked(&a->node)) {
        as->mapped -= pages_of(a);
        rb_remove(&as->areas, &a->node);
    }
    if (a->src != NULL)
        a->src->ops->put(a->src);
    kfree(a);
}

/* The order in the tree stays, so the key may change in its place. */
void area_set_start(struct aspace *as, struct area *a, uintptr_t start)
{
    as->mapped -= pages_of(a);
    a->offset += start - a->start;
    a->start = start;
    a->node.key = start;
    as->mapped += pages_of(a);
}

void area_set_end(struct aspace *as, struct area *a, uintptr_t end)
{
    as->mapped -= pages_of(a);
    a->end = end;
    as->mapped += pages_of(a);
}

int area_split(struct aspace *as, uintptr_t va)
{
    struct area *a = area_from(as, va);
    if (a == NULL || a->start >= va)
        return 0;
    struct area *upper = area_like(a, va, a->end);
    if (upper == NULL)
        return -ENOMEM;
    area_set_end(as, a, va);
    area_insert(as, upper);
    return 0;
}

static bool can_join(const struct area *a, const struct area *b)
{
    if (a->end != b->start || a->prot != b->prot || a->flags != b->flags || a->src != b->src)
        return false;
    return a->src == NULL || (a->offset + (b->start - a->start) == b->offset && a->file_end == b->file_end);
}

void area_merge(struct aspace *as, uintptr_t start, uintptr_t end)
{
    struct area *a = area_below(as, start);
    if (a == NULL)
        a = area_of(rb_first(&as->areas));
    while (a != NULL && a->start <= end) {
        struct area *b = area_next(a);
        if (b == NULL || !can_join(a, b)) {
            a = b;
            continue;
        }
        uintptr_t to = b->end;
        area_free(as, b);
        area_set_end(as, a, to);
    }
}

uintptr_t area_stack_top(void)
{
    return vm_user_end() - ASPACE_LOWEST; /* a little distance to the kernel half */
}

bool area_is_range(uintptr_t at, size_t size)
{
    return is_aligned(at, PAGE_SIZE) && is_aligned(size, PAGE_SIZE) && size > 0 && at >= ASPACE_LOWEST &&
           at < area_stack_top() && size <= area_stack_top() - at;
}

/* Where what lies below a has to end. */
static uintptr_t floor_of(const struct area *a)
{
    if ((a->flags & AREA_STACK) == 0)
        return a->start;
    return a->start > ASPACE_LOWEST + ASPACE_GUARD ? a->start - ASPACE_GUARD : ASPACE_LOWEST;
}

bool area_is_free(const struct aspace *as, uintptr_t start, uintptr_t end)
{
    struct area *a = area_from(as, start);
    return a == NULL || floor_of(a) >= end;
}

/* Below the first stack at its full size. A stack without limit leaves room all the same. */
static uintptr_t room_end(const struct aspace *as)
{
    return area_stack_top() - min_size(as->stack_limit, vm_user_end() / 4) / PAGE_SIZE * PAGE_SIZE -
           ASPACE_GUARD;
}

/* Area by area downwards: there are few. */
uintptr_t area_find_room(const struct aspace *as, size_t size)
{
    uintptr_t end = room_end(as);
    struct area *above = area_from(as, end);
    if (above != NULL)
        end = min_size(end, floor_of(above));
    for (;;) {
        struct area *a = area_below(as, end);
        uintptr_t low = a != NULL ? a->end : ASPACE_LOWEST;
        if (low <= end && size <= end - low)
            return end - size;
        if (a == NULL || floor_of(a) <= ASPACE_LOWEST)
            return 0;
        end = floor_of(a);
    }
}

unsigned area_vm_prot(unsigned prot)
{
    return prot | PROT_U;
}

int area_unmap(struct aspace *as, uintptr_t start, uintptr_t end)
{
    if (area_split(as, start) != 0 || area_split(as, end) != 0) {
        area_merge(as, start, end);
        return -ENOMEM;
    }
    for (struct area *a; (a = area_from(as, start)) != NULL && a->start < end;) {
        vm_unmap_free(&as->tree, a->start, a->end - a->start);
        area_free(as, a);
    }
    return 0;
}
