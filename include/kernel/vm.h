/*
 * kernel/vm.h - trees of page tables: the kernel's, and those of user address spaces.
 *
 * Pages are mapped one by one in the part of a tree that is its own: in the kernel's the kmap window, in any
 * other the user half. What vm_init() maps besides (RAM, the image, devices, in blocks of 2 MiB where it can)
 * never changes. A tree of a user shares the kernel half, where both hang in one tree, by copies of the
 * kernel's top entries, which are final (hal_info.split_trees says where they do not).
 *
 * A table is kept when its last page is unmapped: vm_destroy() frees it. So an address that was mapped once
 * can be mapped again without memory.
 */
#pragma once
#include <hal/boot.h>
#include <hal/pte.h>
#include <kernel/spinlock.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vm_tree {
    struct spinlock lock; /* RANK_VM: all entries, and */
    size_t tables;        /*   pages of page tables, root included */
    pte_t *root;          /* fixed after creation */
};

extern struct vm_tree vm_kernel;

/* What an entry says. */
struct vm_mapping {
    uintptr_t va, pa; /* of its first byte */
    size_t size;
    unsigned prot; /* 0: nothing is mapped there */
};

/*
 * irqs off, boot CPU, once, after page_early_init(). Builds the kernel's tree and switches to it: the boot
 * identity map is gone.
 */
void vm_init(const struct boot_info *bi);

/*
 * Any context, locks below RANK_VM held; below RANK_CACHES, where a table may have to be made. va, pa, size
 * are whole pages, in the tree's own part. When one of these returns, no CPU remembers what was there before.
 */
/* Maps a page. -EEXIST: there is one already. -ENOMEM: there is no page for a table. */
int vm_map(struct vm_tree *t, uintptr_t va, uintptr_t pa, unsigned prot);
/* Maps n pages in a row, with one flush for up to VM_BATCH. How many: fewer where vm_map() would fail. */
unsigned vm_map_pages(struct vm_tree *t, uintptr_t va, const uintptr_t *pa, unsigned n, unsigned prot);
/* Unmaps a page; *pa is where it was. -ENOENT: there was none. */
int vm_unmap(struct vm_tree *t, uintptr_t va, uintptr_t *pa);
/* Unmaps all pages there and frees them, unless they are device registers. Returns how many it freed. */
size_t vm_unmap_free(struct vm_tree *t, uintptr_t va, size_t size);
/*
 * R, W and X of all pages there are from now on as in prot; device or memory, user or not, stays. -ENOENT:
 * there is a gap; the pages below it have changed.
 */
int vm_protect(struct vm_tree *t, uintptr_t va, size_t size, unsigned prot);
/* Makes the tables for pages from `from` up to `to`, so that mapping these needs no memory. 0 or -ENOMEM. */
int vm_make_tables(struct vm_tree *t, uintptr_t from, uintptr_t to);

/*
 * Any context, locks below RANK_VM held. What a CPU that uses the tree finds at va, any address: 0, and the
 * page or block that maps it. -ENOENT: nothing does; *m is the stretch that could be seen to be empty.
 */
int vm_lookup(struct vm_tree *t, uintptr_t va, struct vm_mapping *m);

/*
 * The same context. Calls fn, with no lock held, for each run of mappings from the one at `from` to that at
 * `last`: addresses and physical addresses go on, the protection is one. Somebody who changes the tree
 * meanwhile is seen or not.
 */
void vm_for_each_run(struct vm_tree *t, uintptr_t from, uintptr_t last,
                     void (*fn)(const struct vm_mapping *run, void *arg), void *arg);

/* Any context, locks below RANK_CACHES held; these three. */
/* t becomes a tree with an empty user half. 0 or -ENOMEM. */
int vm_create(struct vm_tree *t);
/*
 * `to` becomes a tree whose user half has copies of the pages of `from`, and the same device registers. 0 or
 * -ENOMEM. Nobody changes the user half of `from` or writes to its pages meanwhile.
 */
int vm_clone(struct vm_tree *to, struct vm_tree *from);
/* No CPU uses t, nor will. Frees the pages of its user half, device registers excepted, and its tables. */
void vm_destroy(struct vm_tree *t);

/* Any context. Pages of page tables of all trees. */
size_t vm_table_pages(void);

/* Any context, any locks: for panics too. Is it mapped in the kernel's tree? */
bool vm_is_mapped(uintptr_t va);
/* The same. printk() the walk to va in the kernel's tree, and why it refuses prot. */
void vm_explain(uintptr_t va, unsigned prot);
