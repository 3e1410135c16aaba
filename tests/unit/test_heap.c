/* test_heap.c - lib/heap.c, against a sorted array that goes through the same changes.
 *
 * Planted and caught: the larger key on top; a second child that points back to its parent, and a child that
 * does not know it; of the siblings only the last pair kept, and an odd last one lost; only the first child
 * kept at a removal; a neighbour's pointer left as it was, in each direction; the root not replaced; the
 * links of a new node not cleared, and those of a removed one.
 */
#include "unit.h"

#include <string.h>

#include <lib/heap.h>

enum { OPERATIONS = 1200000, MOST = 1500, LOOK_EVERY = 61 };

static struct heap_node nodes[MOST];
static struct heap_node *outside[MOST]; /* those in no heap */
static struct heap_node *sorted[MOST];  /* the model: those in the heap, by key */
static unsigned n;

/* First place in the model whose key is not below key. */
static unsigned place_of(uint64_t key)
{
    unsigned low = 0, high = n;

    while (low < high) {
        unsigned middle = (low + high) / 2;

        if (sorted[middle]->key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void insert(struct heap *h, uint64_t key)
{
    struct heap_node *node = outside[MOST - n - 1];
    unsigned at = place_of(key);

    memset(node, 0xa5, sizeof(*node));
    heap_insert(h, node, key);
    assert_int_equal(node->key, key);
    memmove(&sorted[at + 1], &sorted[at], (n - at) * sizeof(sorted[0]));
    sorted[at] = node;
    n++;
}

/* Out of the heap and out of the model, where it stands at `at`. */
static void take(struct heap *h, unsigned at)
{
    struct heap_node *node = sorted[at];
    uint64_t key = node->key;

    heap_remove(h, node);
    assert_int_equal(node->key, key);
    assert_null(node->child);
    assert_null(node->next);
    assert_null(node->prev);
    n--;
    memmove(&sorted[at], &sorted[at + 1], (n - at) * sizeof(sorted[0]));
    outside[MOST - n - 1] = node;
}

static unsigned model_place(const struct heap_node *node)
{
    unsigned at = place_of(node->key);

    while (at < n && sorted[at] != node)
        at++;
    assert_true(at < n);
    return at;
}

/* The root is a smallest one; every pointer has its way back, no child is below its parent, all are there. */
static void check(const struct heap *h, bool whole)
{
    static const struct heap_node *todo[MOST];
    unsigned ntodo = 0, seen = 0;

    if (n == 0) {
        assert_null(h->root);
        return;
    }
    assert_non_null(h->root);
    assert_int_equal(h->root->key, sorted[0]->key);
    assert_null(h->root->prev);
    assert_null(h->root->next);
    if (!whole)
        return;
    todo[ntodo++] = h->root;
    while (ntodo > 0) {
        const struct heap_node *above = todo[--ntodo], *before = above;

        seen++;
        for (const struct heap_node *c = above->child; c != NULL; before = c, c = c->next) {
            assert_ptr_equal(c->prev, before);
            assert_true(c->key >= above->key);
            assert_true(ntodo < MOST);
            todo[ntodo++] = c;
        }
    }
    assert_int_equal(seen, n);
}

static void test_one(void **state)
{
    (void)state;
    struct heap h = { NULL };
    struct heap_node a, b;

    heap_insert(&h, &a, UINT64_MAX);
    assert_ptr_equal(h.root, &a);
    heap_insert(&h, &b, 0);
    assert_ptr_equal(h.root, &b);
    heap_remove(&h, &a);
    assert_ptr_equal(h.root, &b);
    heap_remove(&h, &b);
    assert_null(h.root);
}

/*
 * In turns the heap grows and shrinks, so that it is often empty and often full. Half of the time there are
 * few keys, hence many equal ones.
 */
static void test_random(void **state)
{
    (void)state;
    uint64_t seed = unit_seed();
    struct heap h = { NULL };
    unsigned most = 0, counts[3] = { 0, 0, 0 };

    for (n = 0; n < MOST; n++)
        outside[n] = &nodes[n];
    n = 0;
    for (unsigned i = 0; i < OPERATIONS; i++) {
        unsigned grow = i / 8192 % 3 == 0 ? 6 : i / 8192 % 3 == 1 ? 5 : 3;
        uint64_t key = unit_random(&seed);

        if (n < MOST && unit_random(&seed) % 10 < grow) {
            insert(&h, i / 4096 % 2 ? key : key % 16);
            counts[0]++;
        } else if (n > 0 && unit_random(&seed) % 2) {
            assert_non_null(h.root);
            take(&h, model_place(h.root));
            counts[1]++;
        } else if (n > 0) {
            take(&h, (unsigned)(unit_random(&seed) % n));
            counts[2]++;
        }
        if (n > most)
            most = n;
        check(&h, n < 8 || i % LOOK_EVERY == 0);
    }
    while (n > 0)
        take(&h, model_place(h.root));
    check(&h, true);
    printf("# %u inserted, %u smallest removed, %u any removed, at most %u at once\n", counts[0], counts[1],
           counts[2], most);
    assert_true(counts[0] + counts[1] + counts[2] >= 1000000 && most > MOST / 2);
}

/* All in order, all out in order: nothing here is recursive or slow, whatever the order. */
static void test_many(void **state)
{
    (void)state;
    enum { MANY = 200000 };
    struct heap h = { NULL };
    struct heap_node *many = calloc(MANY, sizeof(*many));

    for (int order = 0; order < 2; order++) {
        for (unsigned i = 0; i < MANY; i++)
            heap_insert(&h, &many[i], order ? i : MANY - i);
        for (unsigned i = 0; i < MANY; i++) {
            struct heap_node *first = h.root;

            assert_int_equal(first->key, order ? i : i + 1);
            heap_remove(&h, first);
        }
        assert_null(h.root);
    }
    free(many);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_many),
    };

    return UNIT_RUN("heap", tests);
}
