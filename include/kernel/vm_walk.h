/* kernel/vm_walk.h - the walk through the tables, and the way to the TLBs: for kernel/vm*.c, uaccess.c. */
#pragma once
#include <hal/info.h>
#include <hal/mmu.h>
#include <kernel/config.h>
#include <kernel/kassert.h>
#include <kernel/vm.h>

#define VM_TOP        (PT_LEVELS - 1)
#define VM_BLOCK_SIZE ((uintptr_t)PAGE_SIZE * PT_ENTRIES)    /* what an entry of level 1 maps */
#define VM_TOP_SIZE   (VM_BLOCK_SIZE * PT_ENTRIES)           /* and of the top table */

/* Bytes that an entry at level covers. */
static inline uintptr_t vm_entry_size(unsigned level) { return (uintptr_t)PAGE_SIZE << 9 * level; }

static inline unsigned vm_index(uintptr_t va, unsigned level)
{
    unsigned bits = level == VM_TOP ? hal_info.pt_top_bits : 9;
    return (unsigned)(va >> (PAGE_SHIFT + 9 * level)) & ((1u << bits) - 1);
}

/* Entries of a top table that are the user half. */
static inline unsigned vm_user_entries(void)
{
    return hal_info.split_trees ? 1u << hal_info.pt_top_bits : vm_index(hal_info.kernel_base, VM_TOP);
}

/* Where the user half ends. */
static inline uintptr_t vm_user_end(void) { return vm_user_entries() * VM_TOP_SIZE; }

/*
 * Tree locked, or nobody changes it. The entry for va at `level`, or, if the way there ends before, where it
 * ends; *at says at which level.
 */
pte_t *vm_walk(const struct vm_tree *t, uintptr_t va, unsigned level, unsigned *at);

/*
 * Any context, locks below RANK_VM held. Locks the tree, and returns where the byte at va, any address of the
 * user half, lies in the direct map, if a program may do all of prot with it; *s is for spin_unlock(). NULL,
 * and not locked: it may not. Inline, since a call would cost as much again; and what is mapped in the user
 * half are pages only.
 */
static inline void *vm_lock_page(struct vm_tree *t, uintptr_t va, unsigned prot, unsigned long *s)
{
    if (CONFIG_DEBUG)
        KASSERT(va < vm_user_end());
    *s = spin_lock(&t->lock);
    pte_t e = ((pte_t *)t->root)[va / VM_TOP_SIZE];
    for (unsigned l = VM_TOP; l > 0 && hal_pte_present(e); l--)
        e = ((pte_t *)hal_p2v(hal_pte_addr(e)))[va / vm_entry_size(l - 1) % PT_ENTRIES];
    if (__builtin_expect(hal_pte_present(e) && (prot & ~hal_pte_prot(e)) == 0, 1))
        return (char *)hal_p2v(hal_pte_addr(e)) + va % PAGE_SIZE;
    spin_unlock(&t->lock, *s);
    return NULL;
}

/* Tree locked, or nobody else sees it. This page is one more of its tables, and e points to it. */
void vm_add_table(struct vm_tree *t, pte_t *e, void *table);
/* Any context. So many pages of tables more, or less, are in use. */
void vm_count_tables(int more);

/* Any context, after vm_init(). A user's top table has the kernel's entries from here on; or no longer. */
void vm_enter_kernel(pte_t *root);
void vm_leave_kernel(pte_t *root);

/*
 * Tree locked. The first entry at level 0 from *va on that is not empty, or NULL: there is none below end.
 * *va is its address, or end.
 */
pte_t *vm_next_page(const struct vm_tree *t, uintptr_t *va, uintptr_t end);
/* Tree locked. hal_pte_store(), and the count of pages. */
void vm_store(struct vm_tree *t, pte_t *e, pte_t pte);

/*
 * Any context, locks below RANK_CACHES held. Locks the tree and returns the entry for va at `level`, with
 * tables on the way there where they were missing; *s is for spin_unlock(). NULL, and not locked: no page for
 * a table.
 */
pte_t *vm_lock_entry(struct vm_tree *t, uintptr_t va, unsigned level, unsigned long *s);

/*
 * What was taken out of a tree and is still remembered by TLBs: a few pages together, so that the CPUs are
 * disturbed once for all of them. Before it is flushed nothing in it is free.
 */
enum { VM_BATCH = 16 };

struct vm_batch {
    struct vm_tree *tree;
    unsigned  n;
    uintptr_t va[VM_BATCH];
    void     *page[VM_BATCH];  /* to be freed or put then; NULL: nothing */
};

/* Any context, locks below RANK_VM held. The entry that mapped va, or led there, is gone or has changed. */
void vm_batch_add(struct vm_batch *b, uintptr_t va, void *page);
/* The same context. No CPU remembers them any more, the pages are free, the batch is empty. */
void vm_batch_flush(struct vm_batch *b);
/* The same context. No CPU that can use the tree remembers what these n addresses meant before. */
void vm_flush(struct vm_tree *t, const uintptr_t *va, unsigned n);
