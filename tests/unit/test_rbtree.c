/* test_rbtree.c - lib/rbtree.c, against a sorted array that goes through the same changes.
 *
 * Planted and caught, 62 faults: at each place where colours are put right the case left out, ended too
 * early, taken for the other one, and each pointer and colour not set, or set wrongly; an equal put before
 * its equals, at the end, in front and inside; half of the key compared; first, last and root not kept, at
 * each place that changes them; the links of a new node not cleared; a removed one still linked; rb_next()
 * one step too short.
 */
#include "rb_model.h"
#include "unit.h"

#include <string.h>

enum { OPERATIONS = 2000000, MOST = 1200, SMALL = 40, LOOK_EVERY = 127 };

static struct rb_node nodes[MOST];
static struct rb_node *outside[MOST]; /* those in no tree */
static struct rb_node *sorted[MOST];  /* the model: those in the tree, in order */
static unsigned n;
static struct rb_tree tree;

static void check(void)
{
    const char *what = rb_model_differs(&tree, sorted, n);

    if (what != NULL)
        fail_msg("%s, with %u in the tree", what, n);
}

static void set_up(void)
{
    tree = (struct rb_tree){ .root = NULL };
    for (n = 0; n < MOST; n++)
        outside[n] = &nodes[n];
    n = 0;
}

static void insert(uint64_t key)
{
    struct rb_node *node = outside[MOST - n - 1];
    unsigned at = rb_model_place(sorted, n, key);

    memset(node, 0xa5, sizeof(*node));
    rb_insert(&tree, node, key);
    assert_true(node->key == key && rb_linked(node));
    memmove(&sorted[at + 1], &sorted[at], (n - at) * sizeof(sorted[0]));
    sorted[at] = node;
    n++;
}

/* Out of the tree and out of the model, where it stands at `at`. */
static void take(unsigned at)
{
    struct rb_node *node = sorted[at];
    uint64_t key = node->key;

    assert_true(rb_linked(node));
    if (at == 0 && n % 2)
        rb_remove_first(&tree, node);
    else
        rb_remove(&tree, node);
    assert_int_equal(node->key, key);
    assert_false(rb_linked(node));
    n--;
    memmove(&sorted[at], &sorted[at + 1], (n - at) * sizeof(sorted[0]));
    outside[MOST - n - 1] = node;
}

static void test_one(void **state)
{
    (void)state;
    struct rb_tree t = { .root = NULL };
    struct rb_node a = { 0 }, b = { 0 };

    assert_null(rb_first(&t));
    assert_null(rb_last(&t));
    assert_false(rb_linked(&a));
    rb_insert(&t, &a, UINT64_MAX);
    assert_ptr_equal(rb_first(&t), &a);
    rb_insert(&t, &b, 0);
    assert_ptr_equal(rb_first(&t), &b);
    assert_ptr_equal(rb_last(&t), &a);
    assert_ptr_equal(rb_next(&b), &a);
    assert_null(rb_next(&a));
    rb_remove(&t, &a);
    assert_ptr_equal(rb_first(&t), &b);
    rb_remove(&t, &b);
    assert_null(rb_first(&t));
    assert_null(rb_last(&t));
    assert_false(rb_linked(&a) || rb_linked(&b));
}

/* Any order of insertion of up to SIX, then any order of removal: all of them, one after the other. */
enum { SIX = 6, PERMUTATIONS = 720 };

/* The number-th permutation of `many` things. */
static void permute(unsigned number, unsigned many, unsigned *order)
{
    for (unsigned i = 0; i < many; i++)
        order[i] = i;
    for (unsigned i = many; i > 1; i--) {
        unsigned j = number % i, k = order[j];

        number /= i;
        order[j] = order[i - 1];
        order[i - 1] = k;
    }
}

static void test_all_orders(void **state)
{
    (void)state;
    struct rb_node *of_key[SIX];
    unsigned in[SIX], out[SIX];

    for (unsigned i = 0; i < PERMUTATIONS; i++) {
        for (unsigned j = 0; j < PERMUTATIONS; j++) {
            set_up();
            permute(i, SIX, in);
            permute(j, SIX, out);
            for (unsigned k = 0; k < SIX; k++) {
                insert(in[k]);
                of_key[in[k]] = sorted[rb_model_place(sorted, n, in[k]) - 1];
            }
            check();
            for (unsigned k = 0; k < SIX; k++) {
                take(rb_model_place(sorted, n, of_key[out[k]]->key) - 1);
                check();
            }
        }
    }
}

/*
 * In turns the tree grows and shrinks, so that it is often empty and often full. Half of the time there are
 * few keys, hence many equal ones; keys that differ in one half of their bits only are among them. A small
 * tree is looked at after each step, a large one in regular intervals, always the first and the last.
 */
static void random_steps(uint64_t *seed, unsigned room, unsigned steps)
{
    unsigned most = 0, counts[4] = { 0, 0, 0, 0 };

    set_up();
    for (unsigned i = 0; i < steps; i++) {
        unsigned grow = i / 8192 % 3 == 0 ? 6 : i / 8192 % 3 == 1 ? 5 : 3;
        uint64_t key = unit_random(seed);

        if (n < room && unit_random(seed) % 10 < grow) {
            unsigned kind = i / 4096 % 4;

            insert(kind == 0 ? key : kind == 1 ? key % 16 : kind == 2 ? key << 32 : key & 0x300000003);
            counts[0]++;
        } else if (n > 0) {
            unsigned which = (unsigned)(unit_random(seed) % 4);

            counts[1 + (which > 1 ? which - 1 : 0)]++;
            take(which <= 1 ? 0 : which == 2 ? n - 1 : (unsigned)(unit_random(seed) % n));
        }
        if (n > most)
            most = n;
        assert_ptr_equal(rb_first(&tree), n > 0 ? sorted[0] : NULL);
        assert_ptr_equal(rb_last(&tree), n > 0 ? sorted[n - 1] : NULL);
        if (n <= SMALL || i % LOOK_EVERY == 0)
            check();
    }
    while (n > 0)
        take((unsigned)(unit_random(seed) % n));
    check();
    printf("# %u inserted, removed: %u first, %u last, %u any; at most %u at once\n", counts[0], counts[1],
           counts[2], counts[3], most);
    assert_true(counts[0] > steps / 4 && counts[1] > 0 && counts[2] > 0 && counts[3] > 0);
    assert_true(most > room / 2);
}

static void test_random(void **state)
{
    (void)state;
    uint64_t seed = unit_seed();

    random_steps(&seed, SMALL, OPERATIONS / 2);
    random_steps(&seed, MOST, OPERATIONS / 2);
}

/* A run queue: the first goes to a place behind, most often to the end. Equals take turns. */
static void test_queue(void **state)
{
    (void)state;
    uint64_t seed = unit_seed();

    for (unsigned many = 1; many <= 40; many++) {
        set_up();
        for (unsigned i = 0; i < many; i++)
            insert(7);
        for (unsigned i = 0; i < 4 * many; i++) {
            assert_ptr_equal(rb_first(&tree), &nodes[MOST - 1 - i % many]);
            take(0);
            insert(7);
            check();
        }
        for (unsigned i = 0; i < 1000; i++) {
            uint64_t key = sorted[0]->key;

            take(0);
            insert(key + unit_random(&seed) % (1 + 2 * many));
            check();
        }
    }
}

/* All in order, all out in order: nothing here is recursive, and no way is long, whatever the order. */
static void test_many(void **state)
{
    (void)state;
    enum { MANY = 200000, LONGEST = 2 * 18 };
    struct rb_tree t = { .root = NULL };
    struct rb_node *many = calloc(MANY, sizeof(*many));

    for (int order = 0; order < 2; order++) {
        unsigned left = 0, right = 0;

        for (unsigned i = 0; i < MANY; i++)
            rb_insert(&t, &many[i], order ? i : MANY - i);
        for (const struct rb_node *p = t.root; p != NULL; p = p->child[RB_LEFT])
            left++;
        for (const struct rb_node *p = t.root; p != NULL; p = p->child[RB_RIGHT])
            right++;
        assert_in_range(left, 1, LONGEST);
        assert_in_range(right, 1, LONGEST);
        for (unsigned i = 0; i < MANY; i++) {
            struct rb_node *first = rb_first(&t);

            assert_int_equal(first->key, order ? i : i + 1);
            rb_remove(&t, first);
        }
        assert_null(rb_first(&t));
    }
    free(many);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one),   cmocka_unit_test(test_all_orders), cmocka_unit_test(test_random),
        cmocka_unit_test(test_queue), cmocka_unit_test(test_many),
    };

    return UNIT_RUN("rbtree", tests);
}
