/* vm_user_model.h - what a user tree has to say, and a TLB that remembers all that a CPU may remember. */
#pragma once
#include "vm_model.h"

#include <kernel/vm.h>

/* The places that tests use: runs of pages at the ends of tables, of ascending addresses. */
enum { USER_RUNS = 6, USER_RUN = 16, USER_SLOTS = USER_RUNS * USER_RUN, USER_TREES = 3 };

struct user_tree {
    struct vm_tree tree;
    bool     live;
    struct {
        uintptr_t pa;
        unsigned  prot;        /* 0: not mapped */
        uint32_t  mark;        /* what its page begins and ends with; 0: device registers */
    } slot[USER_SLOTS];
};

extern struct user_tree user_trees[USER_TREES];

void user_set_up(void);                             /* The kernel's tree, and no other. */
uintptr_t user_va(unsigned slot);
int user_slot(uintptr_t va);                        /* -1: none */

void user_mark(uintptr_t pa, uint32_t mark);        /* Writes it. */
/* The tree is what the model says, and the pages that are in use are those of the trees, no more. */
void user_check(struct user_tree *u);
void user_check_pages(void);

/*
 * The TLB remembers all entries of all trees, and looks anew only when it is told to. A page that it knows
 * must not be freed. After each operation: nothing that it knows is old; but a table, or a page, may be news
 * to it.
 */
void user_tlb_check(struct user_tree *u);
void user_load(struct user_tree *u);                /* It is new: a CPU loads it, and knows nothing of it. */
void user_unload(struct user_tree *u);              /* It is unloaded, for good, and so forgotten. */
/* After each operation; `all`: also the walks, which take long. */
void user_check_all(bool all);
