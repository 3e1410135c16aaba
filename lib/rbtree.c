/* rbtree.c - a red-black tree (Guibas, Sedgewick 1978), bottom-up. */
#include <lib/rbtree.h>

enum { RED = 0, BLACK = 1 };

static struct rb_node *parent_of(const struct rb_node *n)
{
    return (struct rb_node *)(n->parent & ~(uintptr_t)BLACK);
}

/* An empty place counts as black. */
static bool is_red(const struct rb_node *n)
{
    return n != NULL && (n->parent & BLACK) == RED;
}

static void set_parent(struct rb_node *n, struct rb_node *parent)
{
    n->parent = (uintptr_t)parent | (n->parent & BLACK);
}

static void set_black(struct rb_node *n)
{
    n->parent |= BLACK;
}

static void set_red(struct rb_node *n)
{
    n->parent &= ~(uintptr_t)BLACK;
}

/* In the place of old, below parent, comes n. */
static void replace(struct rb_tree *t, struct rb_node *parent, const struct rb_node *old, struct rb_node *n)
{
    if (parent == NULL)
        t->root = n;
    else if (parent->left == old)
        parent->left = n;
    else
        parent->right = n;
}

static void rotate_left(struct rb_tree *t, struct rb_node *n)
{
    struct rb_node *up = n->right;
    n->right = up->left;
    if (n->right != NULL)
        set_parent(n->right, n);
    replace(t, parent_of(n), n, up);
    set_parent(up, parent_of(n));
    up->left = n;
    set_parent(n, up);
}

static void rotate_right(struct rb_tree *t, struct rb_node *n)
{
    struct rb_node *up = n->left;
    n->left = up->right;
    if (n->left != NULL)
        set_parent(n->left, n);
    replace(t, parent_of(n), n, up);
    set_parent(up, parent_of(n));
    up->right = n;
    set_parent(n, up);
}

void rb_insert(struct rb_tree *t, struct rb_node *n, uint64_t key)
{
    struct rb_node *parent = NULL, **link = &t->root;
    bool first = true;
    while (*link != NULL) {
        parent = *link;
        if (key < parent->key) {
            link = &parent->left;
        } else {
            link = &parent->right;
            first = false;
        }
    }
    *n = (struct rb_node){ .key = key, .parent = (uintptr_t)parent };
    *link = n;
    if (first)
        t->first = n;

    /* n is red: if its parent is too, repaint, and go on above, or turn once or twice. */
    while (parent != NULL && is_red(parent)) {
        struct rb_node *above = parent_of(parent);
        bool is_left = parent == above->left;
        struct rb_node *uncle = is_left ? above->right : above->left;
        if (is_red(uncle)) {
            set_black(parent);
            set_black(uncle);
            set_red(above);
            n = above;
            parent = parent_of(n);
            continue;
        }
        if (is_left) {
            if (n == parent->right) {
                rotate_left(t, parent);
                parent = n;
            }
            set_black(parent);
            set_red(above);
            rotate_right(t, above);
        } else {
            if (n == parent->left) {
                rotate_right(t, parent);
                parent = n;
            }
            set_black(parent);
            set_red(above);
            rotate_left(t, above);
        }
        break;
    }
    set_black(t->root);
}

/* The place n (perhaps empty) below parent lacks a black node. */
static void fix_removal(struct rb_tree *t, struct rb_node *n, struct rb_node *parent)
{
    while (n != t->root && !is_red(n)) {
        bool is_left = n == parent->left;
        struct rb_node *beside = is_left ? parent->right : parent->left;
        if (is_red(beside)) {
            set_black(beside);
            set_red(parent);
            if (is_left)
                rotate_left(t, parent);
            else
                rotate_right(t, parent);
            beside = is_left ? parent->right : parent->left;
        }
        if (!is_red(beside->left) && !is_red(beside->right)) {
            set_red(beside);
            n = parent;
            parent = parent_of(n);
            continue;
        }
        struct rb_node *far = is_left ? beside->right : beside->left;
        if (!is_red(far)) {
            set_black(is_left ? beside->left : beside->right);
            set_red(beside);
            if (is_left)
                rotate_right(t, beside);
            else
                rotate_left(t, beside);
            beside = is_left ? parent->right : parent->left;
            far = is_left ? beside->right : beside->left;
        }
        if (is_red(parent))
            set_red(beside);
        else
            set_black(beside);
        set_black(parent);
        set_black(far);
        if (is_left)
            rotate_left(t, parent);
        else
            rotate_right(t, parent);
        return;
    }
    if (n != NULL)
        set_black(n);
}

void rb_remove(struct rb_tree *t, struct rb_node *n)
{
    if (t->first == n)
        t->first = rb_next(n);
    struct rb_node *child, *parent;
    bool was_black;
    if (n->left == NULL || n->right == NULL) {
        child = n->left != NULL ? n->left : n->right;
        parent = parent_of(n);
        was_black = !is_red(n);
        replace(t, parent, n, child);
    } else {
        /* Its successor, which has no left child, takes its place. */
        struct rb_node *s = n->right;
        while (s->left != NULL)
            s = s->left;
        child = s->right;
        was_black = !is_red(s);
        parent = parent_of(s) == n ? s : parent_of(s);
        if (parent != s) {
            parent->left = child;
            s->right = n->right;
            set_parent(s->right, s);
        }
        s->left = n->left;
        set_parent(s->left, s);
        replace(t, parent_of(n), n, s);
        s->parent = n->parent;
    }
    if (child != NULL)
        set_parent(child, parent);
    if (was_black)
        fix_removal(t, child, parent);
    n->parent = 0;
}

struct rb_node *rb_next(const struct rb_node *n)
{
    if (n->right != NULL) {
        n = n->right;
        while (n->left != NULL)
            n = n->left;
        return (struct rb_node *)n;
    }
    struct rb_node *parent = parent_of(n);
    while (parent != NULL && n == parent->right) {
        n = parent;
        parent = parent_of(n);
    }
    return parent;
}
