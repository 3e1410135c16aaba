/*
 * lib/rbtree.h - a red-black tree, linked through a member of the elements: the smallest first.
 *
 * A look at the smallest is O(1); insertion and removal of any element are O(log n), always. No allocation,
 * no recursion. Elements with equal keys come out in the order in which they went in. Nothing here locks:
 * the owner of the tree does. A tree of zeroes is empty, and a node of zeroes is in no tree.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RB_LEFT, RB_RIGHT };

struct rb_node {
    uint64_t key; /* left of it are smaller ones, right of it larger ones and equals */
    struct rb_node *child[2];
    uintptr_t up; /* the parent's address, and RB_BLACK; 0: in no tree, since a root is black */
};

enum { RB_BLACK = 1 }; /* the bit of `up`; without it the node is red */

struct rb_tree {
    struct rb_node *root;  /* these are NULL if the tree is empty */
    struct rb_node *first; /* the smallest */
    struct rb_node *last;  /* the largest, so that who comes last need not look for its place */
};

/* n is in t. Its key stays. */
void rb_remove(struct rb_tree *t, struct rb_node *n);
/* n is in a tree. The one behind it, or NULL. */
struct rb_node *rb_next(const struct rb_node *n);

/* The rare parts of rb_insert() and rb_remove_first(). */
void rb_insert_before_last(struct rb_tree *t, struct rb_node *n);
void rb_repair_last(struct rb_tree *t, struct rb_node *parent);
void rb_repair_first(struct rb_tree *t, struct rb_node *parent);

/* The smallest, of equals the one that came first; or NULL. */
static inline struct rb_node *rb_first(const struct rb_tree *t)
{
    return t->first;
}

/* The largest, of equals the one that came last; or NULL. */
static inline struct rb_node *rb_last(const struct rb_tree *t)
{
    return t->last;
}

/* Is n in a tree? */
static inline bool rb_linked(const struct rb_node *n)
{
    return n->up != 0;
}

/* n is in no tree. It goes behind its equals. */
static inline void rb_insert(struct rb_tree *t, struct rb_node *n, uint64_t key)
{
    struct rb_node *last = t->last;
    n->key = key;
    n->child[RB_LEFT] = n->child[RB_RIGHT] = NULL;
    if (last == NULL) {
        t->root = t->first = t->last = n;
        n->up = RB_BLACK;
    } else if (key >= last->key) {
        last->child[RB_RIGHT] = t->last = n;
        n->up = (uintptr_t)last; /* red */
        if ((last->up & RB_BLACK) == 0)
            rb_repair_last(t, last);
    } else {
        rb_insert_before_last(t, n);
    }
}

/* n is the first of t. The same as rb_remove(), but shorter, since much is known of it. */
static inline void rb_remove_first(struct rb_tree *t, struct rb_node *n)
{
    struct rb_node *right = n->child[RB_RIGHT]; /* or NULL. It is a red leaf, and n is black */
    uintptr_t up = n->up;
    n->up = 0;
    if (right != NULL) {
        right->up = up;
        t->first = right;
        if (up == RB_BLACK)
            t->root = right;
        else
            ((struct rb_node *)(up - RB_BLACK))->child[RB_LEFT] = right;
    } else if (up == RB_BLACK) {
        t->root = t->first = t->last = NULL;
    } else {
        struct rb_node *parent = (struct rb_node *)(up & ~(uintptr_t)RB_BLACK);
        t->first = parent;
        parent->child[RB_LEFT] = NULL;
        if ((up & RB_BLACK) != 0)
            rb_repair_first(t, parent);
    }
}
