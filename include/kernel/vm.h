/*
 * kernel/vm.h - trees of page tables: the kernel's, and those of user address spaces.
 *
 * Pages are mapped one by one in the part of a tree that is its own: in the kernel's the kmap window, in any
 * other the user half. What vm_init() maps besides (RAM, the image, devices, in blocks of 2 MiB where it
 * can) never changes. A tree of a user shares the kernel half, where both hang in one tree, by copies of the
 * kernel's top entries, which are final (hal_info.split_trees says where they do not).
 *
 * A table is kept when its last page is unmapped: vm_destroy() frees it. So an address that was mapped once
 * can be mapped again without memory.
 *
 * A page that a user's tree maps is one of page_user_alloc(), and the entry is one of its users; or it is
 * device registers.
 */
#pragma once
#include <hal/boot.h>
#include <hal/pte.h>
#include <kernel/spinlock.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vm_tree {
    struct spinlock lock; /* RANK_VM: all entries, and */
    size_t tables;        /*   pages of page tables, root included; */
    size_t pages;         /*   of a user: pages that are mapped, */
    pte_t *last_entry;    /*   and the entry of its newest table: chained by the tables in the memory map */
    pte_t *root;          /* fixed after creation */
    /* of a user: a bit per CPU */
    atomic_uint cpus;     /* it is loaded there */
    atomic_uint stale;    /* it was, and what the TLB remembers is old: forget it before it is loaded again */
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
 * are whole pages, in the tree's own part. When one of these returns, no CPU remembers what was there
 * before; but that nothing was there, or that less was allowed, another CPU may remember of a user's tree:
 * vm_forget() there.
 */
/* Maps a page. -EEXIST: there is one already. -ENOMEM: there is no page for a table. */
int vm_map(struct vm_tree *t, uintptr_t va, uintptr_t pa, unsigned prot);
/* Maps n pages in a row, with one flush for up to VM_BATCH. How many: fewer where vm_map() would fail. */
unsigned vm_map_pages(struct vm_tree *t, uintptr_t va, const uintptr_t *pa, unsigned n, unsigned prot);
/* Unmaps a page; *pa is where it was. -ENOENT: there was none. */
int vm_unmap(struct vm_tree *t, uintptr_t va, uintptr_t *pa);
/* Unmaps all pages there and frees or puts them, unless they are device registers. Returns how many. */
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
 * No CPU has t loaded, nor will: no flush. vm_empty(): the pages there are put, device registers excepted.
 * vm_destroy(): all of them, and its tables are freed.
 */
void vm_empty(struct vm_tree *t, uintptr_t va, size_t size);
void vm_destroy(struct vm_tree *t);

/*
 * Trees of users; va, size as above. Whoever changes the same tree elsewhere waits meanwhile (struct aspace
 * has a lock for that); who only looks at it need not.
 */
/*
 * Any context, locks below RANK_CACHES held. `to`, which nobody else sees yet and which has nothing there,
 * gets the pages that `from` has there; both are users of them from now on. shared: with the same protection.
 * Otherwise nobody may write to them any more; *changed says whether anybody could, and vm_forget_all(from)
 * is to follow. 0 or -ENOMEM.
 */
int vm_share(struct vm_tree *to, struct vm_tree *from, uintptr_t va, size_t size, bool shared, bool *changed);
/*
 * The same context. Moves what is mapped there to other addresses, where nothing is. 0 or -ENOMEM: all is as
 * it was.
 */
int vm_move(struct vm_tree *t, uintptr_t from, uintptr_t to, size_t size);
/* Any context, locks below RANK_VM held; these. */
/* The page at va, there is one, is replaced by another one, and put. */
void vm_replace(struct vm_tree *t, uintptr_t va, uintptr_t pa, unsigned prot);
/*
 * The protection of all pages there is prot from now on; but who was not allowed to write is not. If prot
 * has X, their contents may be executed.
 */
void vm_limit(struct vm_tree *t, uintptr_t va, size_t size, unsigned prot);
/* More is allowed of the page at va, which is there: a CPU that remembers less faults, and finds out. */
void vm_grant(struct vm_tree *t, uintptr_t va, unsigned prot);
/* No CPU remembers any page of it. */
void vm_forget_all(struct vm_tree *t);
/* This CPU does not remember the page. */
void vm_forget(uintptr_t va);

/* Any context. Pages of page tables of all trees. */
size_t vm_table_pages(void);
/* Any context, locks below RANK_VM held. Those of the kernel's own tree, which never get fewer. */
size_t vm_kernel_table_pages(void);

/* Any context, any locks: for panics too. Is it mapped in the kernel's tree? */
bool vm_is_mapped(uintptr_t va);
/* The same. printk() the walk to va in the kernel's tree, and why it refuses prot. */
void vm_explain(uintptr_t va, unsigned prot);
