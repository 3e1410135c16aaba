/*
 * aspace_fault.c - a page is wanted: it is made, read, copied, or was there all the time.
 *
 * While a source is read, the address space is not locked: reading may take long, and take locks of others.
 * What was true before is looked at again afterwards, and if it is no longer, the program simply faults once
 * more.
 */
#include <hal/mmu.h>
#include <kernel/area.h>
#include <kernel/kassert.h>
#include <kernel/page.h>
#include <kernel/vm_walk.h>
#include <lib/string.h>
#include <lib/util.h>
#include <uapi/errno.h>

/* Locked. The page becomes part of the program at va; or is put. */
static int install(struct aspace *as, const struct area *a, uintptr_t va, void *page)
{
    if (a->prot & PROT_X)
        hal_code_sync(page, PAGE_SIZE);
    int result = vm_map(&as->tree, va, hal_v2p(page), area_vm_prot(a->prot));
    if (result != 0)
        page_user_put(page);
    return result == -EEXIST ? 0 : result; /* another thread was faster */
}

static int zero_page(struct aspace *as, const struct area *a, uintptr_t va)
{
    void *page = page_user_alloc();
    if (page == NULL)
        return -ENOMEM;
    hal_page_zero(page);
    return install(as, a, va, page);
}

int area_populate(struct aspace *as, const struct area *a, uintptr_t start, uintptr_t end)
{
    int result = 0;
    for (uintptr_t va = start; va < end && result == 0; va += PAGE_SIZE)
        result = zero_page(as, a, va);
    return result;
}

/* What of a page comes from where. */
struct origin {
    struct area_source *src;
    uint64_t offset;
    size_t n;
};

static struct origin origin_of(const struct area *a, uintptr_t va)
{
    return (struct origin){ a->src, a->offset + (va - a->start), min_size(a->file_end - va, PAGE_SIZE) };
}

static bool is_from_source(const struct area *a, uintptr_t va)
{
    return a != NULL && a->start <= va && a->src != NULL && va < a->file_end;
}

/* Not locked. */
static int read_page(const struct origin *o, void *page)
{
    int got = o->src->ops->read(o->src, o->offset, page, o->n);
    if (got <= 0)
        return got < 0 ? got : -EIO;
    memset((char *)page + got, 0, PAGE_SIZE - (size_t)got);
    return 0;
}

/* Locked, and again when it returns. */
static int page_from_source(struct aspace *as, const struct area *a, uintptr_t va)
{
    struct origin o = origin_of(a, va);
    void *page = page_user_alloc();
    if (page == NULL)
        return -ENOMEM;
    o.src->ops->get(o.src);
    mutex_unlock(&as->lock);
    int result = read_page(&o, page);
    mutex_lock(&as->lock);
    a = area_from(as, va);
    bool same = is_from_source(a, va);
    if (same) {
        struct origin now = origin_of(a, va);
        same = now.src == o.src && now.offset == o.offset && now.n == o.n;
    }
    o.src->ops->put(o.src);
    if (same && result == 0)
        return install(as, a, va, page);
    page_user_put(page);
    return same ? result : 0;
}

/* A page that may be written to, but has other users. */
static int copy_page(struct aspace *as, const struct area *a, const struct vm_mapping *m)
{
    void *page = page_user_alloc();
    if (page == NULL)
        return -ENOMEM;
    hal_page_copy(page, hal_p2v(m->pa));
    if (a->prot & PROT_X)
        hal_code_sync(page, PAGE_SIZE);
    vm_replace(&as->tree, m->va, hal_v2p(page), area_vm_prot(a->prot));
    return 0;
}

/* There is an entry. If it allows what is wanted, this CPU remembered something older. */
static int allow(struct aspace *as, const struct area *a, const struct vm_mapping *m, unsigned prot)
{
    if ((m->prot & prot) == prot) {
        vm_forget(m->va);
        return 0;
    }
    if ((a->flags & AREA_SHARED) == 0 && !page_user_alone(hal_p2v(m->pa)))
        return copy_page(as, a, m);
    vm_grant(&as->tree, m->va, area_vm_prot(a->prot));
    return 0;
}

/* The area above va grows down to it, if it is a stack. NULL: it does not. */
static struct area *grow_stack(struct aspace *as, struct area *above, uintptr_t va)
{
    if ((above->flags & AREA_STACK) == 0 || above->end - va > as->stack_limit)
        return NULL;
    const struct area *below = area_below(as, above->start);
    uintptr_t floor = below != NULL ? below->end : ASPACE_LOWEST;
    size_t more = (above->start - va) / PAGE_SIZE;
    if (va < floor || va - floor < ASPACE_GUARD || as->mapped > as->limit || more > as->limit - as->mapped)
        return NULL;
    area_set_start(as, above, va);
    return above;
}

static int fault(struct aspace *as, uintptr_t va, unsigned prot)
{
    struct area *a = area_from(as, va);
    if (a != NULL && a->start > va)
        a = grow_stack(as, a, va);
    if (a == NULL)
        return -EFAULT;
    if ((prot & ~a->prot) != 0)
        return -EACCES;
    struct vm_mapping m;
    if (vm_lookup(&as->tree, va, &m) == 0)
        return allow(as, a, &m, prot);
    return is_from_source(a, va) ? page_from_source(as, a, va) : zero_page(as, a, va);
}

int aspace_fault(struct aspace *as, uintptr_t va, unsigned prot)
{
    if (va < ASPACE_LOWEST || va >= vm_user_end())
        return -EFAULT;
    mutex_lock(&as->lock);
    int result = fault(as, align_down(va, PAGE_SIZE), prot);
    mutex_unlock(&as->lock);
    return result;
}
