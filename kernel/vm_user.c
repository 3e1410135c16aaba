/*
 * vm_user.c - a tree for an address space, from nothing to nothing.
 *
 * Its pages were mapped by vm_map(), and belong to it, but for device registers.
 */
#include <hal/mmu.h>
#include <kernel/kassert.h>
#include <kernel/page.h>
#include <kernel/vm.h>
#include <kernel/vm_walk.h>
#include <lib/string.h>
#include <uapi/errno.h>

int vm_create(struct vm_tree *t)
{
    spin_init(&t->lock, "page tables", RANK_VM);
    t->tables = 0;
    t->root = page_alloc_zero(0, PAGE_TABLE);
    if (t->root == NULL)
        return -ENOMEM;
    vm_count_tables(t, 1);
    if (!hal_info.split_trees) {
        for (unsigned i = vm_user_entries(); i < 1u << hal_info.pt_top_bits; i++)
            t->root[i] = vm_kernel.root[i]; /* final since vm_init(): needs no lock */
    }
    return 0;
}

static int copy_page(struct vm_tree *to, const struct vm_mapping *m)
{
    if (m->prot & PROT_D)
        return vm_map(to, m->va, m->pa, m->prot);
    void *copy = page_alloc(0, PAGE_USER);
    if (copy == NULL)
        return -ENOMEM;
    memcpy(copy, hal_p2v(m->pa), PAGE_SIZE);
    int result = vm_map(to, m->va, hal_v2p(copy), m->prot);
    if (result != 0)
        page_free(copy, 0);
    return result;
}

int vm_clone(struct vm_tree *to, struct vm_tree *from)
{
    int result = vm_create(to);
    if (result != 0)
        return result;
    struct vm_mapping m;
    for (uintptr_t va = 0; va < vm_user_end() && result == 0; va = m.va + m.size) {
        if (vm_lookup(from, va, &m) == 0)
            result = copy_page(to, &m);
    }
    if (result != 0)
        vm_destroy(to);
    return result;
}

/* The table that e points to has nothing in it any more. */
static void free_table(struct vm_tree *t, struct vm_batch *gone, uintptr_t va, pte_t *e)
{
    void *table = hal_p2v(hal_pte_addr(*e));
    hal_pte_store(e, 0);
    vm_count_tables(t, -1);
    vm_batch_add(gone, va, table);
}

void vm_destroy(struct vm_tree *t)
{
    struct vm_batch gone = { .n = 0 };
    vm_unmap_free(t, 0, vm_user_end());
    for (unsigned i = 0; i < vm_user_entries(); i++) {
        if (!hal_pte_present(t->root[i]))
            continue;
        pte_t *blocks = hal_p2v(hal_pte_addr(t->root[i]));
        for (unsigned j = 0; j < PT_ENTRIES; j++) {
            if (hal_pte_present(blocks[j]))
                free_table(t, &gone, i * VM_TOP_SIZE + j * VM_BLOCK_SIZE, &blocks[j]);
        }
        free_table(t, &gone, i * VM_TOP_SIZE, &t->root[i]);
    }
    vm_batch_flush(&gone);
    KASSERT(t->tables == 1);
    vm_count_tables(t, -1);
    page_free(t->root, 0);
    *t = (struct vm_tree){ .root = NULL };
}
