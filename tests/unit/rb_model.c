/* rb_model.c - a tree of lib/rbtree.h beside a sorted array. */
#include "rb_model.h"

enum { DEEPEST = 64 };

static const struct rb_node *parent_of(const struct rb_node *n)
{
    return (const struct rb_node *)(n->up & ~(uintptr_t)RB_BLACK);
}

static bool is_black(const struct rb_node *n)
{
    return n == NULL || (n->up & RB_BLACK) != 0;
}

/* The tree in order, without rb_next(): each node when its left subtree is done. */
const char *rb_model_differs(const struct rb_tree *t, struct rb_node *const *sorted, unsigned n)
{
    const struct rb_node *stack[DEEPEST], *p = t->root;
    unsigned blacks[DEEPEST], depth = 0, seen = 0, black = 0, height = 0;

    if (n == 0)
        return t->root != NULL || t->first != NULL || t->last != NULL ? "not empty" : NULL;
    if (p == NULL)
        return "empty";
    if (!is_black(p) || parent_of(p) != NULL)
        return "the root is red, or has a parent";
    if (t->first != sorted[0] || t->last != sorted[n - 1])
        return "another first or last";
    for (;;) {
        for (; p != NULL; p = p->child[RB_LEFT]) {
            if (depth == DEEPEST)
                return "too deep";
            black += is_black(p);
            stack[depth] = p;
            blacks[depth++] = black;
            for (int side = RB_LEFT; side <= RB_RIGHT; side++) {
                const struct rb_node *child = p->child[side];

                if (child != NULL && parent_of(child) != p)
                    return "a child that does not know its parent";
                if (!is_black(p) && !is_black(child))
                    return "red below red";
            }
        }
        if (height == 0)
            height = black;
        if (black != height)
            return "not equally many black ones on all ways";
        if (depth == 0)
            return seen == n ? NULL : "some are missing";
        p = stack[--depth];
        black = blacks[depth];
        if (seen == n || sorted[seen] != p)
            return "another order";
        seen++;
        if (rb_next(p) != (seen < n ? sorted[seen] : NULL))
            return "another next";
        p = p->child[RB_RIGHT];
    }
}

unsigned rb_model_place(struct rb_node *const *sorted, unsigned n, uint64_t key)
{
    unsigned low = 0, high = n;

    while (low < high) {
        unsigned middle = (low + high) / 2;

        if (sorted[middle]->key <= key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
