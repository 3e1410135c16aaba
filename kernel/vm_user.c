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
#include <lib/util.h>
#include <uapi/errno.h>

/* The entries of one table that are looked at before the lock is let go for a moment. */
enum { RUN = 128 };

static unsigned run_length(uintptr_t va, uintptr_t end)
{
    size_t in_table = PT_ENTRIES - vm_index(va, 0);
    return (unsigned)min_size(min_size(in_table, RUN), (end - va) / PAGE_SIZE);
}

int vm_create(struct vm_tree *t)
{
    pte_t *root = page_alloc_zero(0, PAGE_TABLE);
    if (root == NULL)
        return -ENOMEM;
    *t = (struct vm_tree){ .root = root, .tables = 1 };
    spin_init(&t->lock, "page tables", RANK_VM);
    vm_count_tables(1);
    vm_enter_kernel(root);
    return 0;
}

/* Tree locked, and no CPU has it loaded. Puts the pages of n entries; returns how many there were. */
static unsigned put_run(pte_t *e, unsigned n)
{
    unsigned there = 0;
    for (const pte_t *stop = e + n; e < stop; e++) {
        pte_t pte = *e;
        if (pte == 0)
            continue;
        there++;
        *e = 0;
        if (!hal_pte_is_device(pte))
            page_user_put(hal_p2v(hal_pte_addr(pte)));
    }
    return there;
}

void vm_empty(struct vm_tree *t, uintptr_t va, size_t size)
{
    for (uintptr_t end = va + size; va < end && t->pages > 0;) {
        unsigned long s = spin_lock(&t->lock);
        pte_t *e = vm_next_page(t, &va, end);
        if (e != NULL) {
            unsigned n = run_length(va, end);
            t->pages -= put_run(e, n);
            va += n * PAGE_SIZE;
        }
        spin_unlock(&t->lock, s);
    }
}

/*
 * The newest table goes first. So a table's entries for others are 0 when its turn comes, those for pages
 * are anyway, and whoever wants a table next need not clear it.
 */
void vm_destroy(struct vm_tree *t)
{
    KASSERT(atomic_load_explicit(&t->cpus, memory_order_relaxed) == 0);
    vm_empty(t, 0, vm_user_end());
    vm_count_tables(-(int)t->tables);
    for (pte_t *e = t->last_entry; e != NULL; t->tables--) {
        void *table = hal_p2v(hal_pte_addr(*e));
        *e = 0;
        e = page_of(table)->next;
        page_free_zero(table);
    }
    KASSERT(t->tables == 1);
    vm_leave_kernel(t->root);
    page_free_zero(t->root);
    *t = (struct vm_tree){ .root = NULL };
}

/*
 * Tree locked, and nobody sees what it is copied into. n entries; each page has a user more. Returns how many
 * pages there were.
 */
static unsigned share_run(pte_t *e, pte_t *into, unsigned n, bool shared, bool *changed)
{
    unsigned there = 0;
    for (const pte_t *stop = e + n; e < stop; e++, into++) {
        pte_t pte = *e;
        if (pte == 0)
            continue;
        there++;
        if (!hal_pte_is_device(pte)) {
            page_user_get(hal_p2v(hal_pte_addr(pte)));
            if (!shared && hal_pte_is_writable(pte)) {
                pte = hal_pte_read_only(pte);
                hal_pte_store(e, pte);
                *changed = true;
            }
        }
        *into = pte;
    }
    return there;
}

/*
 * Both trees have a lock of the same rank, so they are not held together. Nobody takes a table away
 * meanwhile, and `to` is nobody else's.
 */
int vm_share(struct vm_tree *to, struct vm_tree *from, uintptr_t va, size_t size, bool shared, bool *changed)
{
    for (uintptr_t end = va + size; va < end;) {
        unsigned long s = spin_lock(&from->lock);
        pte_t *e = vm_next_page(from, &va, end);
        spin_unlock(&from->lock, s);
        if (e == NULL)
            break;
        pte_t *into = vm_lock_entry(to, va, 0, &s);
        if (into == NULL)
            return -ENOMEM;
        spin_unlock(&to->lock, s);
        unsigned n = run_length(va, end);
        s = spin_lock(&from->lock);
        to->pages += share_run(e, into, n, shared, changed);
        spin_unlock(&from->lock, s);
        va += n * PAGE_SIZE;
    }
    return 0;
}

void vm_replace(struct vm_tree *t, uintptr_t va, uintptr_t pa, unsigned prot)
{
    unsigned at;
    unsigned long s = spin_lock(&t->lock);
    pte_t *e = vm_walk(t, va, 0, &at);
    pte_t old = *e;
    KASSERT(at == 0 && hal_pte_present(old));
    hal_pte_store(e, 0);
    spin_unlock(&t->lock, s);
    /* A page is not replaced in one step: a CPU must not know both (Arm ARM D8, break-before-make). */
    vm_flush(t, &va, 1);
    s = spin_lock(&t->lock);
    hal_pte_store(e, hal_pte_leaf(pa, prot, 0));
    spin_unlock(&t->lock, s);
    if (hal_info.tlb_keeps_absent)
        vm_forget(va);
    page_user_put(hal_p2v(hal_pte_addr(old)));
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
