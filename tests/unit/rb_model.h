/* rb_model.h - what has to be true of a tree of lib/rbtree.h, for its unit test and its fuzzer. */
#pragma once
#include <lib/rbtree.h>

/*
 * Compares t with its n members in their order, and looks at the colours and at each pointer. Returns what is
 * wrong, or NULL.
 */
const char *rb_model_differs(const struct rb_tree *t, struct rb_node *const *sorted, unsigned n);

/* The place behind all whose key is at most `key`. */
unsigned rb_model_place(struct rb_node *const *sorted, unsigned n, uint64_t key);
