/* aspace_map.c - areas come, go, and change what may be done with them. */
#include <kernel/area.h>
#include <kernel/printk.h>
#include <kernel/proc.h>
#include <lib/util.h>
#include <uapi/errno.h>

/* No machine has pages that can be written or executed and not be read. */
static unsigned whole_prot(unsigned prot)
{
    return prot & (PROT_W | PROT_X) ? prot | PROT_R : prot;
}

static void tell_wx(struct aspace *as, uintptr_t at, unsigned prot)
{
    if ((prot & PROT_W) == 0 || (prot & PROT_X) == 0 || as->told_wx)
        return;
    as->told_wx = true;
    printk(KERN_INFO "%s (PID %d) asks for memory that can be written and executed, at %p\n", current()->name,
           current()->pid, (void *)at);
}

static bool within_limit(const struct aspace *as, size_t more)
{
    return as->mapped <= as->limit && more / PAGE_SIZE <= as->limit - as->mapped;
}

/* Where a new area goes; a wish is granted if it can be. */
static int choose(const struct aspace *as, uintptr_t *at, size_t size, unsigned flags)
{
    if (flags & AREA_FIXED) {
        if (!is_aligned(*at, PAGE_SIZE))
            return -EINVAL;
        if (!area_is_range(*at, size))
            return -ENOMEM;
        return flags & AREA_NOREPLACE && !area_is_free(as, *at, *at + size) ? -EEXIST : 0;
    }
    uintptr_t wish = align_down(*at, PAGE_SIZE);
    if (flags & AREA_STACK)
        *at = area_stack_top() - size;
    else if (area_is_range(wish, size) && area_is_free(as, wish, wish + size))
        *at = wish;
    else
        *at = area_find_room(as, size);
    return area_is_range(*at, size) && area_is_free(as, *at, *at + size) ? 0 : -ENOMEM;
}

/* It has a place, and whatever is there goes. */
static int map_at(struct aspace *as, const struct area *like)
{
    struct area *a = area_like(like, like->start, like->end);
    if (a == NULL)
        return -ENOMEM;
    if (area_unmap(as, a->start, a->end) != 0) {
        area_free(as, a);
        return -ENOMEM;
    }
    area_insert(as, a);
    if ((a->flags & AREA_SHARED) && area_populate(as, a, a->start, a->end) != 0) {
        vm_unmap_free(&as->tree, a->start, a->end - a->start);
        area_free(as, a);
        return -ENOMEM;
    }
    tell_wx(as, like->start, like->prot);
    area_merge(as, like->start, like->end);
    return 0;
}

int aspace_map(struct aspace *as, uintptr_t *at, size_t size, unsigned prot, unsigned flags,
               struct area_source *src, uint64_t offset, size_t file_size)
{
    if (size == 0 || !is_aligned(size, PAGE_SIZE) || !is_aligned(offset, PAGE_SIZE) || offset + size < offset)
        return -EINVAL;
    if ((flags & AREA_SHARED) && src != NULL)
        return -ENODEV;
    mutex_lock(&as->lock);
    int result = size <= area_stack_top() && within_limit(as, size) ? choose(as, at, size, flags) : -ENOMEM;
    if (result == 0) {
        struct area like = {
            .start = *at,
            .end = *at + size,
            .prot = whole_prot(prot),
            .flags = flags & (AREA_SHARED | AREA_STACK | AREA_HEAP),
            .src = src,
            .offset = src != NULL ? offset : 0,
            .file_end = *at + min_size(file_size, size),
        };
        result = map_at(as, &like);
    }
    mutex_unlock(&as->lock);
    return result;
}

int aspace_unmap(struct aspace *as, uintptr_t at, size_t size)
{
    if (!is_aligned(at, PAGE_SIZE) || !is_aligned(size, PAGE_SIZE) || size == 0)
        return -EINVAL;
    if (at >= area_stack_top() || size > area_stack_top() - at)
        return -EINVAL;
    mutex_lock(&as->lock);
    int result = area_unmap(as, at, at + size);
    mutex_unlock(&as->lock);
    return result;
}

static int protect(struct aspace *as, uintptr_t start, uintptr_t end, unsigned prot)
{
    if (area_split(as, start) != 0 || area_split(as, end) != 0)
        return -ENOMEM;
    for (uintptr_t va = start; va < end;) {
        struct area *a = area_from(as, va);
        if (a == NULL || a->start > va)
            return -ENOMEM;
        if (a->prot != prot) {
            a->prot = prot;
            vm_limit(&as->tree, va, a->end - va, area_vm_prot(prot));
        }
        va = a->end;
    }
    tell_wx(as, start, prot);
    return 0;
}

/* For calls that do nothing to an empty range, wherever it is. */
static int check_range(uintptr_t at, size_t size)
{
    if (!is_aligned(at, PAGE_SIZE) || !is_aligned(size, PAGE_SIZE))
        return -EINVAL;
    return size == 0 || area_is_range(at, size) ? 0 : -ENOMEM;
}

int aspace_protect(struct aspace *as, uintptr_t at, size_t size, unsigned prot)
{
    int result = check_range(at, size);
    if (result != 0 || size == 0)
        return result;
    mutex_lock(&as->lock);
    result = protect(as, at, at + size, whole_prot(prot));
    area_merge(as, at, at + size);
    mutex_unlock(&as->lock);
    return result;
}

int aspace_forget(struct aspace *as, uintptr_t at, size_t size)
{
    int result = check_range(at, size);
    if (result != 0 || size == 0)
        return result;
    mutex_lock(&as->lock);
    for (uintptr_t va = at, end = at + size; va < end;) {
        const struct area *a = area_from(as, va);
        uintptr_t stop = a != NULL ? min_size(a->end, end) : end;
        if (a == NULL || a->start > va)
            result = -ENOMEM;
        if (a != NULL && a->start > va)
            stop = min_size(a->start, end);
        else if (a != NULL && (a->flags & AREA_SHARED) == 0)
            vm_unmap_free(&as->tree, va, stop - va);
        va = stop;
    }
    mutex_unlock(&as->lock);
    return result;
}

void aspace_set_brk(struct aspace *as, uintptr_t start)
{
    mutex_lock(&as->lock);
    as->brk_start = as->brk = start;
    mutex_unlock(&as->lock);
}

static int grow_heap(struct aspace *as, uintptr_t from, uintptr_t to)
{
    if (!area_is_range(from, to - from) || !area_is_free(as, from, to) || !within_limit(as, to - from))
        return -ENOMEM;
    struct area heap = {
        .start = from, .end = to, .prot = PROT_R | PROT_W, .flags = AREA_HEAP, .file_end = from
    };
    return map_at(as, &heap); /* and so it becomes one with the heap below */
}

uintptr_t aspace_brk(struct aspace *as, uintptr_t end)
{
    mutex_lock(&as->lock);
    if (end >= as->brk_start && end < area_stack_top() && as->brk_start != 0) {
        uintptr_t from = align_up(as->brk, PAGE_SIZE), to = align_up(end, PAGE_SIZE);
        int result = to > from ? grow_heap(as, from, to) : 0;
        if (to < from)
            result = area_unmap(as, to, from);
        if (result == 0)
            as->brk = end;
    }
    end = as->brk;
    mutex_unlock(&as->lock);
    return end;
}
