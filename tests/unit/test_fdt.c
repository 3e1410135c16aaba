/* test_fdt.c - the format of device trees: the same nodes and properties as libfdt sees, damaged or not.
 *
 * Planted and caught: NOPs not skipped in front of a property; no alignment behind a value; cells read in the
 * wrong order; dt_next_sibling leaving the parent, dt_first_child too; dt_parent always the root.
 */
#include "unit.h"

#include <string.h>

#include <libfdt.h>

#include "dtb.h"
#include "fdt_oracle.h"
#include <lib/fdt.h>

enum { DAMAGE_ROUNDS = 12000 };

static const char *const trees[] = { "virt", "rpi4", "odd", "empty" };

static void check(const void *blob, size_t size, const char *what)
{
    const char *wrong = fdt_oracle_disagrees(blob, size);

    if (wrong != NULL)
        fail_msg("%s: %s", what, wrong);
}

static void test_same_as_libfdt(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(trees); i++) {
        size_t size;
        void *blob = dtb_load(trees[i], &size);

        check(blob, size, trees[i]);
        free(blob);
    }
}

/* Each property, then each node, replaced by NOPs. */
static void test_nops(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(trees); i++) {
        size_t size;
        void *blob = dtb_load(trees[i], &size);
        void *copy = malloc(size);
        struct dt dt;

        assert_int_equal(dt_open(&dt, blob, size), size);
        for (int node = 0; node >= 0; node = dt_next(&dt, node)) {
            struct dt_property p;

            memcpy(copy, blob, size);
            if (node > 0) {
                assert_int_equal(fdt_nop_node(copy, node), 0);
                check(copy, size, "node of NOPs");
            }
            for (unsigned n = 0; dt_property_at(&dt, node, n, &p) == 0; n++) {
                memcpy(copy, blob, size);
                assert_int_equal(fdt_nop_property(copy, node, p.name), 0);
                check(copy, size, "property of NOPs");
            }
        }
        free(copy);
        free(blob);
    }
}

/* libfdt wants 8 bytes of alignment; boot code cannot always have them. */
static void test_any_address(void **state)
{
    (void)state;
    size_t size;
    void *blob = dtb_load("virt", &size);

    for (size_t shift = 1; shift < 8; shift++) {
        unsigned char *moved = malloc(size + shift);
        struct dt dt;
        struct dt_range r;

        memcpy(moved + shift, blob, size);
        assert_int_equal(dt_open(&dt, moved + shift, size), size);
        assert_int_equal(dt_memory(&dt, 0, &r), 0);
        assert_true(r.base == 0x80000000 && r.size == 0x8000000);
        free(moved);
    }
    free(blob);
}

/* Some bytes or cells changed: both still say the same, or both refuse. */
static void test_damage(void **state)
{
    (void)state;
    uint64_t seed = unit_seed();

    for (size_t i = 0; i < ARRAY_SIZE(trees); i++) {
        size_t size;
        unsigned char *blob = dtb_load(trees[i], &size);
        unsigned char *copy = malloc(size);

        for (int round = 0; round < DAMAGE_ROUNDS / (int)ARRAY_SIZE(trees); round++) {
            memcpy(copy, blob, size);
            for (uint64_t n = 1 + unit_random(&seed) % 4; n > 0; n--) {
                size_t at = unit_random(&seed) % size;
                uint64_t how = unit_random(&seed);

                if (how % 2 == 0)
                    copy[at] = (unsigned char)(how >> 8);
                else if (at / 4 * 4 + 4 <= size)
                    fdt32_st(copy + at / 4 * 4, (uint32_t)(how >> 8) % 12); /* tokens, short lengths */
            }
            check(copy, size, "damaged");
        }
        free(copy);
        free(blob);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_as_libfdt),
        cmocka_unit_test(test_nops),
        cmocka_unit_test(test_any_address),
        cmocka_unit_test(test_damage),
    };

    return UNIT_RUN("fdt", tests);
}
