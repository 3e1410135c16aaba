/*
 * aspace.c - address spaces: their beginning, their copies and their end; and which one a CPU has loaded.
 *
 * A CPU keeps the page tables of a program loaded for as long as no other one runs there, without being a
 * user of the address space. So its end begins with asking those CPUs, by the way of a flush, to let it go.
 */
#include <hal/cpu.h>
#include <hal/info.h>
#include <hal/mmu.h>
#include <kernel/area.h>
#include <kernel/kassert.h>
#include <kernel/kmalloc.h>
#include <kernel/sched.h>
#include <kernel/smp.h>
#include <uapi/errno.h>

enum { SPAN_GAP = 64 * PAGE_SIZE };

struct aspace *aspace_create(void)
{
    struct aspace *as = kzalloc(sizeof(*as));
    if (as == NULL)
        return NULL;
    if (vm_create(&as->tree) != 0) {
        kfree(as);
        return NULL;
    }
    atomic_init(&as->users, 1);
    mutex_init(&as->lock, "address space");
    as->limit = SIZE_MAX;
    as->stack_limit = ASPACE_STACK_LIMIT;
    return as;
}

struct aspace *aspace_get(struct aspace *as)
{
    atomic_fetch_add_explicit(&as->users, 1, memory_order_relaxed);
    return as;
}

/* irqs off. The CPU that has it loaded is this one. */
static void unload(struct cpu *cpu, struct aspace *as)
{
    hal_pt_switch(0, 0);
    cpu->as = NULL;
    atomic_fetch_and_explicit(&as->tree.cpus, ~cpu->bit, memory_order_release);
}

void aspace_answer(struct cpu *cpu)
{
    struct aspace *as = cpu->as; /* it is there until the bit of this CPU is gone */
    if (as != NULL && atomic_load_explicit(&as->users, memory_order_acquire) == 0)
        unload(cpu, as);
}

/* No CPU has it loaded any more. None will load it: it has no user. */
static void unload_everywhere(struct aspace *as)
{
    unsigned long s = hal_irq_save();
    aspace_answer(this_cpu());
    uint32_t others = atomic_load_explicit(&as->tree.cpus, memory_order_acquire);
    if (others != 0)
        smp_flush(others);
    hal_irq_restore(s);
    KASSERT(atomic_load_explicit(&as->tree.cpus, memory_order_acquire) == 0);
}

/*
 * Areas that follow each other closely, and are all shared or all not: their pages lie in the same tables,
 * and so are found in one go.
 */
struct span {
    uintptr_t start, end;
    bool shared;
};

/* Makes a part of the span, if it follows closely. The first one begins it: it ends where it starts. */
static bool span_add(struct span *s, const struct area *a)
{
    bool shared = a->flags & AREA_SHARED;
    if (s->start == s->end)
        *s = (struct span){ a->start, a->start, shared };
    if (a->start - s->end >= SPAN_GAP || shared != s->shared)
        return false;
    s->end = a->end;
    return true;
}

/* All pages there are put, and the next one may begin. */
static void empty_span(struct aspace *as, struct span *s)
{
    vm_empty(&as->tree, s->start, s->end - s->start);
    s->start = s->end;
}

void aspace_put(struct aspace *as)
{
    if (atomic_fetch_sub_explicit(&as->users, 1, memory_order_acq_rel) != 1)
        return;
    unload_everywhere(as);
    struct span s = { .end = 0 };
    for (struct area *a; (a = area_from(as, 0)) != NULL; area_free(as, a)) {
        if (!span_add(&s, a)) {
            empty_span(as, &s);
            span_add(&s, a);
        }
    }
    empty_span(as, &s);
    KASSERT(as->mapped == 0 && as->tree.pages == 0);
    vm_destroy(&as->tree);
    kfree(as);
}

/* All pages there have one more user, and the next one may begin. */
static int share_span(struct aspace *to, struct aspace *from, struct span *s, bool *changed)
{
    uintptr_t start = s->start;
    s->start = s->end;
    return vm_share(&to->tree, &from->tree, start, s->end - start, s->shared, changed);
}

/* Both are locked, or not known to others. */
static int copy_areas(struct aspace *to, struct aspace *from, bool *changed)
{
    struct span s = { .end = 0 };
    int result = 0;
    for (struct area *a = area_from(from, 0); a != NULL && result == 0; a = area_next(a)) {
        struct area *copy = area_like(a, a->start, a->end);
        if (copy == NULL)
            return -ENOMEM;
        area_insert(to, copy);
        if (!span_add(&s, a)) {
            result = share_span(to, from, &s, changed);
            span_add(&s, a);
        }
    }
    return result == 0 ? share_span(to, from, &s, changed) : result;
}

struct aspace *aspace_fork(struct aspace *from)
{
    struct aspace *as = aspace_create();
    if (as == NULL)
        return NULL;
    bool changed = false;
    mutex_lock(&from->lock);
    as->limit = from->limit;
    as->stack_limit = from->stack_limit;
    as->brk_start = from->brk_start;
    as->brk = from->brk;
    as->told_wx = from->told_wx;
    int result = copy_areas(as, from, &changed);
    if (changed) /* before anybody may write to what is shared now: also if it came to nothing */
        vm_forget_all(&from->tree);
    mutex_unlock(&from->lock);
    if (result == 0)
        return as;
    aspace_put(as);
    return NULL;
}

uintptr_t aspace_end(void)
{
    return area_stack_top();
}

void aspace_set_limit(struct aspace *as, size_t pages)
{
    mutex_lock(&as->lock);
    as->limit = pages;
    mutex_unlock(&as->lock);
}

void aspace_set_stack_limit(struct aspace *as, size_t bytes)
{
    mutex_lock(&as->lock);
    as->stack_limit = bytes;
    mutex_unlock(&as->lock);
}
