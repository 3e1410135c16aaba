/* fuzz_rbtree.c - any sequence of insertions and removals in lib/rbtree.h, against rb_model.c after each.
 *
 * Two bytes are a step. Below 128 the first one is a key, and the second its higher half, so that both halves
 * of a key count. Otherwise something is removed: the first, the last, or what stands at the place that the
 * second byte says.
 */
#include "rb_model.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 256, REMOVE = 128, REMOVE_FIRST = 160, REMOVE_LAST = 176, REMOVE_ANY = 192 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct rb_node nodes[MOST];
static struct rb_node *outside[MOST], *sorted[MOST];
static unsigned n;
static struct rb_tree tree;

static void check(const char *what)
{
    if (what != NULL) {
        fprintf(stderr, "fuzz_rbtree: %s, with %u in the tree\n", what, n);
        abort();
    }
}

static void insert(uint64_t key)
{
    if (n == MOST)
        return;
    struct rb_node *node = outside[MOST - n - 1];
    unsigned at = rb_model_place(sorted, n, key);

    check(rb_linked(node) ? "linked, and in no tree" : NULL);
    rb_insert(&tree, node, key);
    memmove(&sorted[at + 1], &sorted[at], (n - at) * sizeof(sorted[0]));
    sorted[at] = node;
    n++;
}

static void take(unsigned at, bool as_first)
{
    struct rb_node *node = sorted[at];

    check(rb_linked(node) ? NULL : "in the tree, and not linked");
    if (as_first)
        rb_remove_first(&tree, node);
    else
        rb_remove(&tree, node);
    n--;
    memmove(&sorted[at], &sorted[at + 1], (n - at) * sizeof(sorted[0]));
    outside[MOST - n - 1] = node;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    memset(nodes, 0, sizeof(nodes));
    tree = (struct rb_tree){ .root = NULL };
    for (n = 0; n < MOST; n++)
        outside[n] = &nodes[n];
    n = 0;
    for (; size >= 2; size -= 2, data += 2) {
        if (data[0] < REMOVE)
            insert((uint64_t)data[1] << 32 | data[0]);
        else if (n > 0 && data[0] < REMOVE_LAST)
            take(0, data[0] < REMOVE_FIRST);
        else if (n > 0)
            take(data[0] < REMOVE_ANY ? n - 1 : data[1] % n, false);
        check(rb_model_differs(&tree, sorted, n));
    }
    return 0;
}
