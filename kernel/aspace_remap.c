/*
 * aspace_remap.c - an area becomes smaller or larger, in its place or elsewhere: its pages move, their
 * contents do not.
 */
#include <kernel/area.h>
#include <kernel/config.h>
#include <lib/util.h>
#include <uapi/errno.h>

struct remap {
    struct aspace *as;
    uintptr_t at, to; /* to: where it has to go, 0: anywhere */
    size_t old_size, size;
    bool may_move;
};

static bool overlap(uintptr_t a, size_t a_size, uintptr_t b, size_t b_size)
{
    return a < b + b_size && b < a + a_size;
}

static bool within_limit(const struct remap *r)
{
    size_t more = r->size > r->old_size ? (r->size - r->old_size) / PAGE_SIZE : 0;
    return r->as->mapped <= r->as->limit && more <= r->as->limit - r->as->mapped;
}

/* What follows a grows with it, also what its source has to give. */
static void grow_in_place(struct remap *r, struct area *a)
{
    uintptr_t end = r->at + r->size;
    if (a->src != NULL && a->file_end >= a->end)
        a->file_end = end;
    area_set_end(r->as, a, end);
    area_merge(r->as, r->at, end);
}

/* a is just what moves. */
static int move(struct remap *r, struct area *a)
{
    struct area like = *a;
    size_t from_file = a->file_end > a->start ? a->file_end - a->start : 0;
    if (a->src != NULL && from_file >= r->old_size)
        from_file = r->size;
    like.start = r->to;
    like.file_end = r->to + from_file;
    struct area *copy = area_like(&like, r->to, r->to + r->size);
    if (copy == NULL)
        return -ENOMEM;
    if (vm_move(&r->as->tree, a->start, r->to, r->old_size) != 0) {
        area_free(r->as, copy);
        return -ENOMEM;
    }
    area_free(r->as, a);
    area_insert(r->as, copy);
    area_merge(r->as, r->to, r->to + r->size);
    return 0;
}

static int move_elsewhere(struct remap *r)
{
    struct aspace *as = r->as;
    if (!r->may_move)
        return -ENOMEM;
    if (r->to != 0 && area_unmap(as, r->to, r->to + r->size) != 0)
        return -ENOMEM;
    if (r->to == 0)
        r->to = area_find_room(as, r->size);
    if (r->to == 0 || area_split(as, r->at) != 0 || area_split(as, r->at + r->old_size) != 0)
        return -ENOMEM;
    return move(r, area_from(as, r->at));
}

static int remap(struct remap *r)
{
    struct area *a = area_from(r->as, r->at);
    if (a == NULL || a->start > r->at || r->old_size > a->end - r->at)
        return -EFAULT;
    if (r->size > r->old_size && (a->flags & (AREA_STACK | AREA_SHARED)))
        return -EINVAL;
    if (!within_limit(r))
        return -ENOMEM;
    if (r->size < r->old_size) {
        if (area_unmap(r->as, r->at + r->size, r->at + r->old_size) != 0)
            return -ENOMEM;
        r->old_size = r->size;
    }
    if (r->to != 0)
        return move_elsewhere(r);
    a = area_from(r->as, r->at);
    uintptr_t end = r->at + r->old_size;
    if (r->size == r->old_size)
        return 0;
    if (a->end != end || !area_is_range(r->at, r->size) || !area_is_free(r->as, end, r->at + r->size))
        return move_elsewhere(r);
    grow_in_place(r, a);
    return 0;
}

int aspace_remap(struct aspace *as, uintptr_t *at, size_t old_size, size_t new_size, bool may_move,
                 uintptr_t fixed)
{
    if (!area_is_range(*at, old_size) || new_size == 0 || !is_aligned(new_size, PAGE_SIZE))
        return -EINVAL;
    if (fixed != 0 && (!area_is_range(fixed, new_size) || overlap(*at, old_size, fixed, new_size)))
        return -EINVAL;
    if (new_size > area_stack_top())
        return -ENOMEM;
    struct remap r = { as, *at, fixed, old_size, new_size, may_move };
    mutex_lock(&as->lock);
    int result = remap(&r);
    area_merge(as, *at, *at + old_size);
    mutex_unlock(&as->lock);
    if (result == 0 && r.to != 0)
        *at = r.to;
    return result;
}
