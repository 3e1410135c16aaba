/* test_util.c - rounding, sizes and container_of of lib/util.h.
 *
 * Planted and caught: align_up without -1; align_down through unsigned instead of the type of its operand;
 * container_of without the offset; min_size and max_u64 exchanged with their opposites; two
 * numbers of bit_lowest32 exchanged, the highest bit for the lowest.
 */
#include "unit.h"

static void test_align(void **state)
{
    (void)state;
    for (uintptr_t a = 1; a <= 4096; a *= 2) {
        for (uintptr_t n = 0; n <= 2 * a; n++) {
            assert_int_equal(align_down(n, a), n / a * a);
            assert_int_equal(align_up(n, a), (n + a - 1) / a * a);
            assert_int_equal(is_aligned(n, a), n % a == 0);
        }
    }
}

/* Wide numbers keep their upper half, whatever the type of the alignment. */
static void test_align_wide(void **state)
{
    (void)state;
    uint64_t n = 0xfedcba9876543210;

    assert_true(align_down(n, 4096u) == 0xfedcba9876543000);
    assert_true(align_up(n, 4096u) == 0xfedcba9876544000);
    assert_true(is_aligned(n, 16));
    assert_false(is_aligned(n, 32));
    assert_int_equal(sizeof(align_up(n, 8)), sizeof(uint64_t));
    assert_int_equal(sizeof(align_up(1u, UINT64_C(8))), sizeof(unsigned));
}

static void test_min_max(void **state)
{
    (void)state;
    assert_int_equal(min_size(3, 5), 3);
    assert_int_equal(min_size(5, 3), 3);
    assert_int_equal(max_size(3, 5), 5);
    assert_int_equal(max_size(5, 3), 5);
    assert_int_equal(max_size(4, 4), 4);
    assert_true(min_u64(UINT64_MAX, 1) == 1);
    assert_true(max_u64(UINT64_MAX, 1) == UINT64_MAX);
}

struct outer {
    char first;
    int members[3];
    long last;
};

static void test_container_of(void **state)
{
    (void)state;
    struct outer o = { .first = 1 };

    assert_ptr_equal(container_of(&o.first, struct outer, first), &o);
    assert_ptr_equal(container_of(&o.members, struct outer, members), &o);
    assert_ptr_equal(container_of(&o.last, struct outer, last), &o);
    assert_int_equal(ARRAY_SIZE(o.members), 3);
}

/* Each bit alone, and below any others. */
static void test_bit_lowest(void **state)
{
    (void)state;
    uint64_t random = 1;

    for (unsigned bit = 0; bit < 32; bit++) {
        assert_int_equal(bit_lowest32(UINT32_C(1) << bit), bit);
        for (unsigned i = 0; i < 1000; i++)
            assert_int_equal(bit_lowest32(((uint32_t)unit_random(&random) | 1) << bit), bit);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_align),      cmocka_unit_test(test_align_wide),
        cmocka_unit_test(test_min_max),    cmocka_unit_test(test_container_of),
        cmocka_unit_test(test_bit_lowest),
    };

    return UNIT_RUN("util", tests);
}
