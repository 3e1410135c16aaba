/*
 * lib/rbtree.h - a red-black tree, linked through a member of the elements: the smallest first.
 *
 * A look at the first costs O(1), all else O(log n) at most. No allocation, no recursion. Equal keys come out
 * in the order in which they went in. Nothing here locks: the owner of the tree does.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rb_node {
    uint64_t key;
    struct rb_node *left, *right;
    uintptr_t parent; /* and, in bit 0, whether it is black; 0: outside of any tree */
};

struct rb_tree { /* zeroed: empty */
    struct rb_node *root, *first;
};

void rb_insert(struct rb_tree *t, struct rb_node *n, uint64_t key); /* n is in no tree */
void rb_remove(struct rb_tree *t, struct rb_node *n);               /* n is in t */

/* The smallest, or NULL; and the next larger one of n, or NULL. */
static inline struct rb_node *rb_first(const struct rb_tree *t) { return t->first; }
struct rb_node *rb_next(const struct rb_node *n);
