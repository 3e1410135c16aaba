/*
 * vm_user.c - a tree for an address space, from nothing to nothing; and what it shares with others
 * meanwhile.
 *
 * It ends without a flush: no CPU has it loaded, and none will use what a TLB may remember of it. An ASID is
 * given to somebody else only after the TLBs have forgotten, and where there are none, loading another tree
 * forgets.
 */
#include <hal/mmu.h>
#include <kernel/kassert.h>
#include <kernel/page.h>
#include <kernel/vm.h>
#include <kernel/vm_walk.h>
#include <lib/string.h>
#include <lib/util.h>
#include <uapi/errno.h>

int vm_create(struct vm_tree *t)
{
    pte_t *root = page_alloc(0, PAGE_TABLE);
    if (root == NULL)
        return -ENOMEM;
    *t = (struct vm_tree){ .root = root, .tables = 1 };
    spin_init(&t->lock, "page tables", RANK_VM);
    vm_count_tables(1);
    unsigned first = vm_user_entries(), n = 1u << hal_info.pt_top_bits; /* nobody looks at what lies behind */
    memset(root, 0, first * sizeof(root[0]));
    if (!hal_info.split_trees) /* the kernel's entries are final since vm_init(): needs no lock */
        memcpy(&root[first], &vm_kernel.root[first], (n - first) * sizeof(root[0]));
    return 0;
}

/* Puts the pages among the next `most` entries of one table, from va on; returns where to go on. */
static uintptr_t put_some(struct vm_tree *t, uintptr_t va, uintptr_t end, unsigned most)
{
    unsigned long s = spin_lock(&t->lock);
    pte_t *e = vm_next_page(t, &va, end);
    uintptr_t stop = va - va % VM_BLOCK_SIZE + VM_BLOCK_SIZE;
    for (; e != NULL && most > 0 && va < stop && va < end; most--, va += PAGE_SIZE, e++) {
        pte_t pte = *e;
        if (pte == 0)
            continue;
        vm_store(t, e, 0);
        if ((hal_pte_prot(pte) & PROT_D) == 0)
            page_user_put(hal_p2v(hal_pte_addr(pte)));
    }
    spin_unlock(&t->lock, s);
    return va;
}

void vm_empty(struct vm_tree *t, uintptr_t va, size_t size)
{
    for (uintptr_t end = va + size; va < end && t->pages > 0;)
        va = put_some(t, va, end, VM_BATCH);
}

void vm_destroy(struct vm_tree *t)
{
    KASSERT(atomic_load_explicit(&t->cpus, memory_order_relaxed) == 0);
    vm_empty(t, 0, vm_user_end());
    vm_count_tables(-(int)t->tables);
    for (void *table = t->last_table; table != NULL; t->tables--) {
        void *next = page_of(table)->next;
        page_free(table, 0);
        table = next;
    }
    KASSERT(t->tables == 1);
    page_free(t->root, 0);
    *t = (struct vm_tree){ .root = NULL };
}

/* The page that e maps gets a user more, whose entry is returned. */
static pte_t share_page(struct vm_tree *from, pte_t *e, bool shared, bool *changed)
{
    pte_t pte = *e;
    unsigned prot = hal_pte_prot(pte);
    if ((prot & PROT_D) == 0)
        page_user_get(hal_p2v(hal_pte_addr(pte)));
    if (shared || (prot & PROT_W) == 0 || (prot & PROT_D) != 0)
        return pte;
    *changed = true;
    pte = hal_pte_leaf(hal_pte_addr(pte), prot & ~PROT_W, 0);
    vm_store(from, e, pte);
    return pte;
}

/*
 * Pages that lie in one table, from va on. Both trees have a lock of the same rank, so they are not held
 * together: the entries are taken along.
 */
int vm_share(struct vm_tree *to, struct vm_tree *from, uintptr_t va, size_t size, bool shared, bool *changed)
{
    for (uintptr_t end = va + size;;) {
        pte_t got[VM_BATCH], *e;
        unsigned n = 0;
        unsigned long s = spin_lock(&from->lock);
        e = vm_next_page(from, &va, end);
        uintptr_t stop = va - va % VM_BLOCK_SIZE + VM_BLOCK_SIZE, first = va;
        if (stop - va > VM_BATCH * PAGE_SIZE)
            stop = va + VM_BATCH * PAGE_SIZE;
        for (; e != NULL && va < stop && va < end; va += PAGE_SIZE, e++)
            got[n++] = hal_pte_present(*e) ? share_page(from, e, shared, changed) : 0;
        spin_unlock(&from->lock, s);
        if (n == 0)
            return 0;
        pte_t *into = vm_lock_entry(to, first, 0, &s);
        for (unsigned i = 0; i < n; i++) {
            if (got[i] == 0)
                continue;
            if (into != NULL)
                vm_store(to, &into[i], got[i]);
            else if ((hal_pte_prot(got[i]) & PROT_D) == 0)
                page_user_put(hal_p2v(hal_pte_addr(got[i])));
        }
        if (into == NULL)
            return -ENOMEM;
        spin_unlock(&to->lock, s);
    }
}

void vm_replace(struct vm_tree *t, uintptr_t va, uintptr_t pa, unsigned prot)
{
    uintptr_t old;
    /* A page is not replaced in one step: a CPU must not know both (Arm ARM D8, break-before-make). */
    if (vm_unmap(t, va, &old) != 0 || vm_map(t, va, pa, prot) != 0)
        panic("page tables: no page at %p", (void *)va);
    page_user_put(hal_p2v(old));
}

void vm_grant(struct vm_tree *t, uintptr_t va, unsigned prot)
{
    unsigned at;
    unsigned long s = spin_lock(&t->lock);
    pte_t *e = vm_walk(t, va, 0, &at);
    KASSERT(at == 0 && hal_pte_present(*e));
    vm_store(t, e, hal_pte_leaf(hal_pte_addr(*e), prot, 0));
    spin_unlock(&t->lock, s);
    vm_forget(va);
}

void *vm_lock_page(struct vm_tree *t, uintptr_t va, unsigned prot, unsigned long *s)
{
    unsigned at;
    KASSERT(va < vm_user_end());
    *s = spin_lock(&t->lock);
    pte_t e = *vm_walk(t, va, 0, &at);
    if (hal_pte_present(e) && (prot & ~hal_pte_prot(e)) == 0)
        return (char *)hal_p2v(hal_pte_addr(e)) + va % PAGE_SIZE;
    spin_unlock(&t->lock, *s);
    return NULL;
}

void vm_limit(struct vm_tree *t, uintptr_t va, size_t size, unsigned prot)
{
    struct vm_batch changed = { .tree = t };
    uintptr_t end = va + size;
    for (bool more = true; more;) {
        unsigned long s = spin_lock(&t->lock);
        pte_t *e = vm_next_page(t, &va, end);
        more = e != NULL;
        if (more) {
            unsigned may = prot & (hal_pte_prot(*e) & PROT_W ? ~0u : ~PROT_W);
            if (prot & PROT_X)
                hal_code_sync(hal_p2v(hal_pte_addr(*e)), PAGE_SIZE);
            vm_store(t, e, hal_pte_leaf(hal_pte_addr(*e), may, 0));
        }
        spin_unlock(&t->lock, s);
        if (more)
            vm_batch_add(&changed, va, NULL);
        va += PAGE_SIZE;
    }
    vm_batch_flush(&changed);
}

/* The tables are made first, so that nothing fails half-way. */
int vm_move(struct vm_tree *t, uintptr_t from, uintptr_t to, size_t size)
{
    struct vm_batch moved = { .tree = t };
    uintptr_t va = from, end = from + size;
    if (vm_make_tables(t, to, to + size) != 0)
        return -ENOMEM;
    for (;;) {
        unsigned long s = spin_lock(&t->lock);
        pte_t *e = vm_next_page(t, &va, end);
        unsigned at;
        if (e != NULL) {
            vm_store(t, vm_walk(t, to + (va - from), 0, &at), *e);
            vm_store(t, e, 0);
        }
        spin_unlock(&t->lock, s);
        if (e == NULL)
            break;
        vm_batch_add(&moved, va, NULL);
        va += PAGE_SIZE;
    }
    vm_batch_flush(&moved);
    return 0;
}
