/* test_list.c - the linked lists of lib/list.h, against an array that goes through the same changes.
 *
 * Planted and caught: list_add_tail like list_add_head; list_del without the backward link, and without
 * making the node point at itself; the safe loop reading the next element after the body.
 */
#include "unit.h"

#include <lib/list.h>

struct item {
    int number;
    struct list node;
};

enum { ITEMS = 24 };

/* The list holds exactly these items, seen forwards and backwards. */
static void check(struct list *head, struct item **items, int n)
{
    struct item *item;
    int i = 0;

    list_for_each_entry(item, head, node) {
        assert_true(i < n);
        assert_ptr_equal(item, items[i]);
        i++;
    }
    assert_int_equal(i, n);
    for (struct list *l = head->prev; l != head; l = l->prev)
        assert_ptr_equal(list_entry(l, struct item, node), items[--i]);
    assert_int_equal(i, 0);
    assert_int_equal(list_empty(head), n == 0);
    if (n > 0) {
        assert_ptr_equal(list_first_entry(head, struct item, node), items[0]);
        assert_ptr_equal(list_last_entry(head, struct item, node), items[n - 1]);
    }
}

static void test_empty(void **state)
{
    (void)state;
    static struct list fixed = LIST_INIT(fixed);
    struct list head;

    list_init(&head);
    check(&head, NULL, 0);
    check(&fixed, NULL, 0);
}

static void test_order(void **state)
{
    (void)state;
    struct item a = { .number = 1 }, b = { .number = 2 }, c = { .number = 3 };
    struct list head = LIST_INIT(head);

    list_add_tail(&head, &a.node);
    list_add_tail(&head, &b.node);
    list_add_head(&head, &c.node);
    check(&head, (struct item *[]){ &c, &a, &b }, 3);
}

/* A node that left points at itself, and leaving twice harms nobody. */
static void test_del(void **state)
{
    (void)state;
    struct item a = { .number = 1 }, b = { .number = 2 }, c = { .number = 3 };
    struct list head = LIST_INIT(head);

    list_add_tail(&head, &a.node);
    list_add_tail(&head, &b.node);
    list_add_tail(&head, &c.node);
    list_del(&b.node);
    assert_true(list_empty(&b.node));
    assert_ptr_equal(b.node.prev, &b.node);
    list_del(&b.node);
    check(&head, (struct item *[]){ &a, &c }, 2);
    list_del(&a.node);
    list_del(&c.node);
    check(&head, NULL, 0);
    list_add_head(&head, &b.node);
    check(&head, (struct item *[]){ &b }, 1);
}

/* The body frees each element: under the address sanitizer a loop that looks back is seen. */
static void test_safe_loop(void **state)
{
    (void)state;
    struct list head = LIST_INIT(head);
    struct item *item, *after;
    int n = 0;

    for (int i = 0; i < ITEMS; i++) {
        item = malloc(sizeof(*item));
        item->number = i;
        list_add_tail(&head, &item->node);
    }
    list_for_each_entry_safe(item, after, &head, node) {
        assert_int_equal(item->number, n++);
        list_del(&item->node);
        free(item);
    }
    assert_int_equal(n, ITEMS);
    check(&head, NULL, 0);
}

static void test_random(void **state)
{
    (void)state;
    uint64_t seed = unit_seed();
    struct list head = LIST_INIT(head);
    struct item items[ITEMS];
    struct item *model[ITEMS];
    int n = 0;

    for (int i = 0; i < ITEMS; i++)
        list_init(&items[i].node);
    for (int step = 0; step < 20000; step++) {
        struct item *item = &items[unit_random(&seed) % ITEMS];
        bool head_end = unit_random(&seed) % 2;
        int at = 0;

        while (at < n && model[at] != item)
            at++;
        assert_int_equal(list_empty(&item->node), at == n);
        if (at < n) {
            list_del(&item->node);
            for (n--; at < n; at++)
                model[at] = model[at + 1];
        } else if (head_end) {
            list_add_head(&head, &item->node);
            for (at = n++; at > 0; at--)
                model[at] = model[at - 1];
            model[0] = item;
        } else {
            list_add_tail(&head, &item->node);
            model[n++] = item;
        }
        check(&head, model, n);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),     cmocka_unit_test(test_order),  cmocka_unit_test(test_del),
        cmocka_unit_test(test_safe_loop), cmocka_unit_test(test_random),
    };

    return UNIT_RUN("list", tests);
}
