/*
 * rbtree.c - a red-black tree (Guibas and Sedgewick 1978), with pointers to the parents.
 *
 * The root is black; a red node has no red child; on all ways from the root to an empty place there are
 * equally many black nodes. So no way is more than twice as long as another, and a node with one child only
 * is black, and that child a red leaf.
 *
 * What holds on the left holds on the right with the sides swapped, and is written once, as inlines with
 * `side` as a constant.
 */
#include <lib/rbtree.h>

/* For what takes `side`. A compiler that does not optimise needs a large stack for more than these. */
#define ALWAYS_INLINE static inline __attribute__((always_inline))

static inline struct rb_node *parent_of(const struct rb_node *n)
{
    return (struct rb_node *)(n->up & ~(uintptr_t)RB_BLACK);
}

static inline bool is_black(const struct rb_node *n)
{
    return (n->up & RB_BLACK) != 0;
}

/* Of a child, which may be missing. */
static inline bool is_red(const struct rb_node *n)
{
    return n != NULL && !is_black(n);
}

static inline void set_up(struct rb_node *n, struct rb_node *parent, unsigned colour)
{
    n->up = (uintptr_t)parent | colour;
}

/* A child that may be missing, and is black if it is there, moves to another parent. */
static inline void hand_over(struct rb_node *to, int side, struct rb_node *child)
{
    to->child[side] = child;
    if (child != NULL)
        set_up(child, to, RB_BLACK);
}

/* The same, if it may be red. */
static inline void adopt(struct rb_node *to, int side, struct rb_node *child)
{
    to->child[side] = child;
    if (child != NULL)
        child->up = (uintptr_t)to | (child->up & RB_BLACK);
}

/* Below `parent`, or as the root if that is NULL, n stands where old stood. n->up is left alone. */
static inline void replace(struct rb_tree *t, struct rb_node *parent, struct rb_node *old, struct rb_node *n)
{
    if (parent == NULL)
        t->root = n;
    else if (parent->child[RB_LEFT] == old)
        parent->child[RB_LEFT] = n;
    else
        parent->child[RB_RIGHT] = n;
}

/* --- A red node below a red one ------------------------------------------------------------------------- */

/*
 * n is red, and so is its parent, the child of `above` on `side`. outer: n is its child on that side too, and
 * is not looked at. Returns the next red node whose parent may be red, or NULL: all is well.
 */
ALWAYS_INLINE struct rb_node *lift_red(struct rb_tree *t, struct rb_node *n, struct rb_node *parent,
                                       struct rb_node *above, int side, bool outer)
{
    struct rb_node *uncle = above->child[!side];
    struct rb_node *top = parent_of(above);
    if (is_red(uncle)) { /* the two give their red to `above`; a root does not take it */
        set_up(parent, above, RB_BLACK);
        set_up(uncle, above, RB_BLACK);
        if (top == NULL)
            return NULL;
        set_up(above, top, 0);
        return above;
    }
    if (outer) { /* n, parent, above lie in a row: parent goes to the top */
        hand_over(above, side, parent->child[!side]);
        n = parent;
    } else { /* n lies between the two: n goes to the top */
        hand_over(parent, !side, n->child[side]);
        hand_over(above, side, n->child[!side]);
        n->child[side] = parent;
        set_up(parent, n, 0);
    }
    n->child[!side] = above;
    n->up = above->up;
    set_up(above, n, 0);
    replace(t, top, above, n);
    return NULL;
}

static void repair_red(struct rb_tree *t, struct rb_node *n, struct rb_node *parent)
{
    do {
        struct rb_node *above = parent_of(parent); /* there is one: parent is red, so it is not the root */
        if (above->child[RB_LEFT] == parent)
            n = lift_red(t, n, parent, above, RB_LEFT, parent->child[RB_LEFT] == n);
        else
            n = lift_red(t, n, parent, above, RB_RIGHT, parent->child[RB_RIGHT] == n);
        if (n == NULL)
            return;
        parent = parent_of(n);
    } while (!is_black(parent));
}

/* The same below parent for the last: it and its ancestors are right children, or the root. */
void rb_repair_last(struct rb_tree *t, struct rb_node *parent)
{
    do {
        struct rb_node *n = lift_red(t, NULL, parent, parent_of(parent), RB_RIGHT, true);
        if (n == NULL)
            return;
        parent = parent_of(n);
    } while (!is_black(parent));
}

/* Below p: n gets the empty place behind all whose key is not larger. Returns its parent. */
ALWAYS_INLINE struct rb_node *hang_in(struct rb_node *p, struct rb_node *n)
{
    uint64_t key = n->key;
    for (;;) {
        struct rb_node *parent = p;
        if (key < p->key) {
            p = p->child[RB_LEFT];
            if (p == NULL) {
                parent->child[RB_LEFT] = n;
                return parent;
            }
        } else {
            p = p->child[RB_RIGHT];
            if (p == NULL) {
                parent->child[RB_RIGHT] = n;
                return parent;
            }
        }
    }
}

/* The other half of rb_insert(): n's key is smaller than that of the last. */
void rb_insert_before_last(struct rb_tree *t, struct rb_node *n)
{
    struct rb_node *parent = t->first;
    if (n->key < parent->key)
        parent->child[RB_LEFT] = t->first = n;
    else
        parent = hang_in(t->root, n);
    set_up(n, parent, 0);
    if (!is_black(parent))
        repair_red(t, n, parent);
}

/* --- A black node too few ------------------------------------------------------------------------------- */

/*
 * Below parent, on `side`, all ways have one black node too few. Returns the node below which that is now
 * so, both its sides being equal, or NULL: all is well.
 */
ALWAYS_INLINE struct rb_node *fill_black(struct rb_tree *t, struct rb_node *parent, int side)
{
    struct rb_node *sibling = parent->child[!side]; /* there is one: on its side there are more black ones */
    struct rb_node *top = parent_of(parent);
    if (!is_black(sibling)) { /* it goes to the top, and one of its black children is the sibling */
        struct rb_node *near = sibling->child[side];
        sibling->child[side] = parent;
        sibling->up = parent->up;
        replace(t, top, parent, sibling);
        set_up(parent, sibling, 0);
        hand_over(parent, !side, near);
        top = sibling;
        sibling = near;
    }
    struct rb_node *near = sibling->child[side], *far = sibling->child[!side];
    if (is_red(far)) { /* sibling goes to the top, and parent down on the poor side, black */
        set_up(far, sibling, RB_BLACK);
        adopt(parent, !side, near);
    } else if (is_red(near)) { /* the same with the child between the two */
        hand_over(sibling, side, near->child[!side]);
        hand_over(parent, !side, near->child[side]);
        near->child[!side] = sibling;
        set_up(sibling, near, RB_BLACK);
        sibling = near;
    } else { /* none to spare: both sides become poor, which a red parent makes good */
        set_up(sibling, parent, 0);
        bool good = !is_black(parent);
        parent->up |= RB_BLACK;
        return good ? NULL : parent;
    }
    sibling->child[side] = parent;
    sibling->up = parent->up;
    set_up(parent, sibling, RB_BLACK);
    replace(t, top, parent, sibling);
    return NULL;
}

static void repair_black(struct rb_tree *t, struct rb_node *parent, int side)
{
    for (;;) {
        struct rb_node *poor;
        if (side == RB_LEFT)
            poor = fill_black(t, parent, RB_LEFT);
        else
            poor = fill_black(t, parent, RB_RIGHT);
        if (poor == NULL)
            return;
        parent = parent_of(poor);
        if (parent == NULL)
            return;
        side = parent->child[RB_LEFT] == poor ? RB_LEFT : RB_RIGHT;
    }
}

/* The same where the first was: from there to the root all are left children. */
void rb_repair_first(struct rb_tree *t, struct rb_node *parent)
{
    do {
        parent = fill_black(t, parent, RB_LEFT);
        if (parent == NULL)
            return;
        parent = parent_of(parent);
    } while (parent != NULL);
}

/* n has at most one child, a red leaf, and is not the first. */
static void remove_outer(struct rb_tree *t, struct rb_node *n)
{
    struct rb_node *left = n->child[RB_LEFT], *parent = parent_of(n);
    struct rb_node *child = left != NULL ? left : n->child[RB_RIGHT];
    if (t->last == n)
        t->last = left != NULL ? left : parent;
    if (child != NULL) {
        child->up = n->up;
        replace(t, parent, n, child);
        return;
    }
    /* It has a parent: a root without children is the first. */
    int side = parent->child[RB_LEFT] == n ? RB_LEFT : RB_RIGHT;
    parent->child[side] = NULL;
    if (is_black(n))
        repair_black(t, parent, side);
}

/* n has two children: the next one, which has no left child, takes its place and its colour. */
static void remove_inner(struct rb_tree *t, struct rb_node *n)
{
    struct rb_node *next = n->child[RB_RIGHT];
    int side = RB_RIGHT;
    while (next->child[RB_LEFT] != NULL) {
        next = next->child[RB_LEFT];
        side = RB_LEFT;
    }
    struct rb_node *poor = parent_of(next), *child = next->child[RB_RIGHT];
    bool black = is_black(next);
    hand_over(poor, side, child);
    replace(t, parent_of(n), n, next);
    next->up = n->up;
    adopt(next, RB_LEFT, n->child[RB_LEFT]);
    adopt(next, RB_RIGHT, n->child[RB_RIGHT]);
    if (black && child == NULL)
        repair_black(t, poor == n ? next : poor, side);
}

void rb_remove(struct rb_tree *t, struct rb_node *n)
{
    if (n == t->first)
        rb_remove_first(t, n);
    else if (n->child[RB_LEFT] != NULL && n->child[RB_RIGHT] != NULL)
        remove_inner(t, n);
    else
        remove_outer(t, n);
    n->up = 0;
}

struct rb_node *rb_next(const struct rb_node *n)
{
    struct rb_node *p = n->child[RB_RIGHT];
    if (p != NULL) {
        while (p->child[RB_LEFT] != NULL)
            p = p->child[RB_LEFT];
        return p;
    }
    p = parent_of(n);
    while (p != NULL && p->child[RB_RIGHT] == n) {
        n = p;
        p = parent_of(n);
    }
    return p;
}
