/* vm_walk.c - the way through the tables to an entry, and the count of tables and pages. */
#include <hal/mmu.h>
#include <kernel/page.h>
#include <kernel/vm.h>
#include <kernel/vm_walk.h>
#include <lib/util.h>
#include <stdatomic.h>

pte_t *vm_walk(const struct vm_tree *t, uintptr_t va, unsigned level, unsigned *at)
{
    pte_t *table = t->root;
    for (unsigned l = VM_TOP;; l--) {
        pte_t *e = &table[vm_index(va, l)];
        *at = l;
        if (l == level || !hal_pte_present(*e) || hal_pte_is_leaf(*e, l))
            return e;
        table = hal_p2v(hal_pte_addr(*e));
    }
}

pte_t *vm_next_page(const struct vm_tree *t, uintptr_t *va, uintptr_t end)
{
    unsigned at;
    for (uintptr_t from = *va; from < end;) {
        pte_t *e = vm_walk(t, from, 0, &at);
        unsigned level = at > 0 ? at : 1; /* an empty entry, or what is left of a table of pages */
        uintptr_t stop = align_down(from, vm_entry_size(level)) + vm_entry_size(level);
        uintptr_t last = stop < end ? stop : end;
        for (; at == 0 && from < last; from += PAGE_SIZE, e++) {
            if (*e != 0) {
                *va = from;
                return e;
            }
        }
        from = stop;
    }
    *va = end;
    return NULL;
}

void vm_store(struct vm_tree *t, pte_t *e, pte_t pte)
{
    t->pages += (pte != 0) - (size_t)(*e != 0);
    hal_pte_store(e, pte);
}

static atomic_size_t table_pages;

void vm_count_tables(int more)
{
    atomic_fetch_add_explicit(&table_pages, (size_t)more, memory_order_relaxed);
}

void vm_add_table(struct vm_tree *t, pte_t *e, void *table)
{
    t->tables++;
    vm_count_tables(1);
    if (t == &vm_kernel) /* it is there before the memory map is */
        return;
    page_of(table)->next = t->last_entry;
    t->last_entry = e;
}

size_t vm_table_pages(void)
{
    return atomic_load_explicit(&table_pages, memory_order_relaxed);
}

size_t vm_kernel_table_pages(void)
{
    unsigned long s = spin_lock(&vm_kernel.lock);
    size_t pages = vm_kernel.tables;
    spin_unlock(&vm_kernel.lock, s);
    return pages;
}
