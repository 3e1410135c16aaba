/* test_buddy_debug.c - kernel/buddy.c of a DEBUG build: no free of a page that is free already gets through.
 *
 * Planted and caught: no check; pages alone not looked for, nor the largest blocks; the page behind
 * looked at too.
 */
#include "buddy_model.h"
#include "host.h"
#include "unit.h"

#include <string.h>

enum { PAGES = 41, ROUNDS = 60 };

static struct buddy b;
static struct buddy_model m;
static unsigned long good, bad;

/* Either all of the block was taken, or nothing happens but a panic. */
static void try(size_t index, unsigned order, bool give)
{
    if (buddy_model_any_free(&m, index, (size_t)1 << order)) {
        expect_panic(buddy_free(&b, index, order), "!any_free");
        bad++;
    } else if (give) {
        buddy_free(&b, index, order);
        buddy_model_free(&m, index, order);
        good++;
    }
}

/* Every block that there could be, in many states. */
static void test_any_free(void **state)
{
    (void)state;
    uint64_t seed = unit_seed();
    void *memory = malloc(buddy_bytes(PAGES));

    for (unsigned round = 0; round < ROUNDS; round++) {
        unsigned most = 1 + (unsigned)unit_random(&seed) % PAGES;

        buddy_init(&b, PAGES, memory);
        buddy_model_create(&m, PAGES);
        for (size_t i = 0; i < PAGES; i++)
            try(i, 0, unit_random(&seed) % PAGES < most);
        for (unsigned order = 0; order < BUDDY_ORDERS; order++) {
            for (size_t i = 0; i + ((size_t)1 << order) <= PAGES; i += (size_t)1 << order)
                try(i, order, unit_random(&seed) % 16 == 0);
        }
        assert_null(buddy_model_differs(&m, &b));
        buddy_model_destroy(&m);
    }
    free(memory);
    printf("# %lu blocks freed, %lu refused\n", good, bad);
    assert_true(good > 10 * ROUNDS && bad > 10 * ROUNDS);
}

int main(void)
{
    static const struct CMUnitTest tests[] = { cmocka_unit_test(test_any_free) };

    return UNIT_RUN("buddy_debug", tests);
}
