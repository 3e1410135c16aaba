/*
 * vm.c - pages that come into a tree of page tables and go, one by one; what there is of them.
 *
 * A page for a table is asked for with the tree unlocked, since the allocator may have to take stacks apart
 * to find one, and so comes back here. A page that was mapped is free only when no TLB knows it: vm_flush.c.
 */
#include <hal/mmu.h>
#include <kernel/kassert.h>
#include <kernel/page.h>
#include <kernel/vm.h>
#include <kernel/vm_walk.h>
#include <lib/util.h>
#include <uapi/errno.h>

pte_t *vm_lock_entry(struct vm_tree *t, uintptr_t va, unsigned level, unsigned long *s)
{
    pte_t *table = NULL;
    for (;;) {
        unsigned at;
        *s = spin_lock(&t->lock);
        pte_t *e = vm_walk(t, va, level, &at);
        if (at > level && table != NULL) {
            KASSERT(!hal_pte_present(*e)); /* a block is never split */
            hal_pte_store(e, hal_pte_table(hal_v2p(table), at));
            vm_add_table(t, e, table);
            e = &table[vm_index(va, --at)];
            table = NULL;
        }
        if (at == level && table == NULL)
            return e;
        spin_unlock(&t->lock, *s);
        if (at == level) {
            page_free(table, 0); /* somebody else was faster */
            table = NULL;
            continue;
        }
        table = page_alloc_zero(0, PAGE_TABLE);
        if (table == NULL)
            return NULL;
    }
}

/* The part of the tree in which pages come and go. */
static void check_place(const struct vm_tree *t, uintptr_t va, size_t size)
{
    uintptr_t base = t == &vm_kernel ? hal_info.kmap_base : 0;
    uintptr_t end = t == &vm_kernel ? hal_info.kmap_end : vm_user_end();
    KASSERT(is_aligned(va, PAGE_SIZE) && is_aligned(size, PAGE_SIZE));
    KASSERT(va >= base && va <= end && size <= end - va);
}

static void check_prot(unsigned prot)
{
    KASSERT((prot & PROT_R) || prot == PROT_U);
    KASSERT((prot & PROT_W) == 0 || (prot & PROT_X) == 0 || (prot & PROT_U));
}

/* Puts a page into the tree. As vm_map(); but a CPU may remember that there was nothing. */
static int put(struct vm_tree *t, uintptr_t va, uintptr_t pa, unsigned prot)
{
    KASSERT(is_aligned(pa, PAGE_SIZE));
    unsigned long s;
    pte_t *e = vm_lock_entry(t, va, 0, &s);
    if (e == NULL)
        return -ENOMEM;
    bool taken = hal_pte_present(*e);
    if (!taken)
        vm_store(t, e, hal_pte_leaf(pa, prot, 0));
    spin_unlock(&t->lock, s);
    return taken ? -EEXIST : 0;
}

static void check_new(const struct vm_tree *t, uintptr_t va, size_t size, unsigned prot)
{
    check_place(t, va, size);
    check_prot(prot);
    KASSERT((t == &vm_kernel) == ((prot & PROT_U) == 0)); /* a page of the kernel is in all trees, for TLBs */
}

int vm_map(struct vm_tree *t, uintptr_t va, uintptr_t pa, unsigned prot)
{
    check_new(t, va, PAGE_SIZE, prot);
    int result = put(t, va, pa, prot);
    if (result == 0 && hal_info.tlb_keeps_absent && t == &vm_kernel)
        vm_flush(t, &va, 1);
    else if (result == 0 && hal_info.tlb_keeps_absent)
        vm_forget(va); /* only to spare this CPU a fault: one may come elsewhere, too */
    return result;
}

unsigned vm_map_pages(struct vm_tree *t, uintptr_t va, const uintptr_t *pa, unsigned n, unsigned prot)
{
    check_new(t, va, n * PAGE_SIZE, prot);
    struct vm_batch added = { .tree = t };
    unsigned mapped = 0;
    for (; mapped < n && put(t, va, pa[mapped], prot) == 0; mapped++, va += PAGE_SIZE) {
        if (hal_info.tlb_keeps_absent)
            vm_batch_add(&added, va, NULL);
    }
    vm_batch_flush(&added);
    return mapped;
}

/* Any tree, any address: `at` is the level of the entry that va led to. */
static int describe(pte_t e, uintptr_t va, unsigned at, struct vm_mapping *m)
{
    *m = (struct vm_mapping){ .va = align_down(va, vm_entry_size(at)), .size = vm_entry_size(at) };
    if (!hal_pte_present(e))
        return -ENOENT;
    m->pa = hal_pte_addr(e);
    m->prot = hal_pte_prot(e);
    return 0;
}

/* Takes the page at va out of the tree; TLBs may still know it. As vm_lookup(). */
static int take(struct vm_tree *t, uintptr_t va, struct vm_mapping *m)
{
    unsigned at;
    unsigned long s = spin_lock(&t->lock);
    pte_t *e = vm_walk(t, va, 0, &at);
    int result = describe(*e, va, at, m);
    if (result == 0)
        vm_store(t, e, 0);
    spin_unlock(&t->lock, s);
    return result;
}

int vm_unmap(struct vm_tree *t, uintptr_t va, uintptr_t *pa)
{
    struct vm_mapping m;
    check_place(t, va, PAGE_SIZE);
    if (take(t, va, &m) != 0)
        return -ENOENT;
    vm_flush(t, &va, 1);
    *pa = m.pa;
    return 0;
}

size_t vm_unmap_free(struct vm_tree *t, uintptr_t va, size_t size)
{
    struct vm_batch gone = { .tree = t };
    struct vm_mapping m;
    size_t freed = 0;
    check_place(t, va, size);
    for (uintptr_t end = va + size; va < end; va = m.va + m.size) {
        if (take(t, va, &m) != 0)
            continue;
        bool device = m.prot & PROT_D;
        freed += !device;
        vm_batch_add(&gone, m.va, device ? NULL : hal_p2v(m.pa));
    }
    vm_batch_flush(&gone);
    return freed;
}

int vm_protect(struct vm_tree *t, uintptr_t va, size_t size, unsigned prot)
{
    enum { STAYS = PROT_U | PROT_D };
    struct vm_batch changed = { .tree = t };
    bool gap = false;
    check_place(t, va, size);
    check_prot(prot);
    for (uintptr_t end = va + size; va < end && !gap; va += PAGE_SIZE) {
        unsigned at;
        unsigned long s = spin_lock(&t->lock);
        pte_t *e = vm_walk(t, va, 0, &at);
        gap = !hal_pte_present(*e);
        if (!gap)
            hal_pte_store(e, hal_pte_leaf(hal_pte_addr(*e), (prot & ~STAYS) | (hal_pte_prot(*e) & STAYS), 0));
        spin_unlock(&t->lock, s);
        if (!gap)
            vm_batch_add(&changed, va, NULL);
    }
    vm_batch_flush(&changed);
    return gap ? -ENOENT : 0;
}

int vm_make_tables(struct vm_tree *t, uintptr_t from, uintptr_t to)
{
    check_place(t, from, to - from);
    for (uintptr_t va = from; va < to; va = align_down(va, VM_BLOCK_SIZE) + VM_BLOCK_SIZE) {
        unsigned long s;
        if (vm_lock_entry(t, va, 0, &s) == NULL)
            return -ENOMEM;
        spin_unlock(&t->lock, s);
    }
    return 0;
}

/* What the tree cannot say: addresses that a CPU would not look up in it. The stretch of them around va. */
static bool beyond(const struct vm_tree *t, uintptr_t va, struct vm_mapping *m)
{
    uintptr_t base = t == &vm_kernel ? 0 : vm_user_end();
    uintptr_t end = t != &vm_kernel && hal_info.split_trees ? 0 : hal_info.kernel_base;
    *m = (struct vm_mapping){ .va = base, .size = end - base }; /* an end of 0 is that of all addresses */
    return va >= base && va - base < m->size;
}

int vm_lookup(struct vm_tree *t, uintptr_t va, struct vm_mapping *m)
{
    if (beyond(t, va, m))
        return -ENOENT;
    unsigned at;
    unsigned long s = spin_lock(&t->lock);
    pte_t e = *vm_walk(t, va, 0, &at);
    spin_unlock(&t->lock, s);
    return describe(e, va, at, m);
}

void vm_for_each_run(struct vm_tree *t, uintptr_t from, uintptr_t last,
                     void (*fn)(const struct vm_mapping *run, void *arg), void *arg)
{
    struct vm_mapping run = { .size = 0 }, m = { .size = 0 };
    for (uintptr_t va = from;; va = m.va + m.size) {
        bool mapped = vm_lookup(t, va, &m) == 0;
        if (mapped && run.size > 0 && m.prot == run.prot && m.pa == run.pa + run.size) {
            run.size += m.size;
        } else {
            if (run.size > 0)
                fn(&run, arg);
            run = m;
            run.size = mapped ? m.size : 0;
        }
        if (last - va < m.size - (va - m.va)) /* rather than an end, which may be that of all addresses */
            break;
    }
    if (run.size > 0)
        fn(&run, arg);
}
