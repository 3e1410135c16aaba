/* heap.c - a pairing heap (Fredman, Sedgewick, Sleator, Tarjan 1986). */
#include <lib/heap.h>

/* One of two roots becomes the first child of the other. */
static struct heap_node *meld(struct heap_node *a, struct heap_node *b)
{
    if (a == NULL)
        return b;
    if (b == NULL)
        return a;
    if (b->key < a->key) {
        struct heap_node *t = a;
        a = b;
        b = t;
    }
    b->next = a->child;
    if (b->next != NULL)
        b->next->prev = b;
    b->prev = a;
    a->child = b;
    return a;
}

/* Make one tree of a list of siblings: meld them in pairs from the left, then the pairs from the right. */
static struct heap_node *meld_siblings(struct heap_node *n)
{
    struct heap_node *pairs = NULL;
    while (n != NULL) {
        struct heap_node *a = n;
        struct heap_node *b = a->next;
        n = b != NULL ? b->next : NULL;
        a->next = a->prev = NULL;
        if (b != NULL)
            b->next = b->prev = NULL;
        a = meld(a, b);
        a->next = pairs;
        pairs = a;
    }
    struct heap_node *root = NULL;
    while (pairs != NULL) {
        struct heap_node *a = pairs;
        pairs = a->next;
        a->next = NULL;
        root = meld(root, a);
    }
    return root;
}

void heap_insert(struct heap *h, struct heap_node *n, uint64_t key)
{
    *n = (struct heap_node){ .key = key };
    h->root = meld(h->root, n);
}

void heap_remove(struct heap *h, struct heap_node *n)
{
    if (n->prev != NULL) {
        if (n->prev->child == n)
            n->prev->child = n->next;
        else
            n->prev->next = n->next;
        if (n->next != NULL)
            n->next->prev = n->prev;
    }
    struct heap_node *below = meld_siblings(n->child);
    h->root = n == h->root ? below : meld(h->root, below);
    *n = (struct heap_node){ .key = n->key };
}
