/* test_ratio.c - lib/ratio.c, against the division of the host and numbers of 128 bits.
 *
 * Planted and caught: a remainder as large as the divisor, or the quotient in its place; the last bit not
 * divided; one bit of precision less, and what the second division finds left out; the multiplier rounded
 * up, and of 33 bits; the carry between the halves of the product lost, and its low bits; 64 bits where 96
 * are needed.
 */
#include "unit.h"

#include <lib/ratio.h>

enum { DIVISIONS = 400000, RATIOS = 30000, NUMBERS = 40 };

__extension__ typedef unsigned __int128 u128;

/* Any number of bits is as likely as any other, and the ends of each as likely as what is between. */
static uint64_t any(uint64_t *seed, unsigned most_bits)
{
    unsigned bits = (unsigned)(unit_random(seed) % most_bits) + 1;
    uint64_t all = UINT64_MAX >> (64 - bits);

    switch (unit_random(seed) % 4) {
    case 0:
        return all;
    case 1:
        return all / 2 + 1;
    default:
        return unit_random(seed) & all;
    }
}

static uint32_t any_rate(uint64_t *seed)
{
    static const uint32_t known[] = {
        1,          2,          999,        1000,       1001,       32768,    1000000,
        1193182,    10000000,   19200000,   24000000,   54000000,   62500000, 1000000000,
        2147483647, 2147483648, 2147483649, 4290000000, 4294967295,
    };
    uint32_t rate;

    if (unit_random(seed) % 3 == 0)
        return known[unit_random(seed) % ARRAY_SIZE(known)];
    rate = (uint32_t)any(seed, 32);
    return rate > 0 ? rate : 1;
}

static void test_div(void **state)
{
    (void)state;
    uint64_t seed = unit_seed();

    for (int i = 0; i < DIVISIONS; i++) {
        uint64_t number = any(&seed, 64);
        uint32_t d = (uint32_t)any(&seed, 32), rem = 0xdeadbeef;

        d = d > 0 ? d : 1;
        assert_int_equal(div_u64(number, d, &rem), number / d);
        assert_int_equal(rem, number % d);
        assert_int_equal(div_u64(number, d, NULL), number / d);
    }
}

/* The result is rounded down, and wrong by less than 1 and one part in 2^31. False: it does not fit. */
static bool convert(uint32_t from, uint32_t to, struct ratio r, uint64_t number, uint64_t *got)
{
    u128 exact = (u128)number * to / from;
    u128 wrong;

    *got = ratio_apply(r, number);
    if (exact >> 64 != 0)
        return false;
    wrong = exact - *got;
    if (*got > exact || wrong > 1 + (exact >> 31))
        fail_msg("%llu from %u Hz to %u Hz: %llu, not %llu", (unsigned long long)number, from, to,
                 (unsigned long long)*got, (unsigned long long)exact);
    return true;
}

static void check_ratio(uint32_t from, uint32_t to, uint64_t *seed, unsigned long *conversions)
{
    struct ratio r = ratio_make(from, to);

    if (from == to)
        assert_int_equal(ratio_apply(r, UINT64_MAX), UINT64_MAX);
    assert_int_equal(ratio_apply(r, 0), 0);
    for (int i = 0; i < NUMBERS; i++) {
        uint64_t number = any(seed, 64), more, got, got_more;
        bool fits = convert(from, to, r, number, &got);

        /* A later moment is not earlier in other units. */
        more = number + any(seed, 20);
        if (more >= number && convert(from, to, r, more, &got_more) && fits)
            assert_true(got_more >= got);
        /* The largest number whose result fits. */
        if (i == 0) {
            u128 last = (((u128)1 << 64) * from - 1) / to;

            assert_true(convert(from, to, r, last >> 64 != 0 ? UINT64_MAX : (uint64_t)last, &got));
        }
        *conversions += 2;
    }
}

static void test_ratios(void **state)
{
    (void)state;
    uint64_t seed = unit_seed();
    unsigned long conversions = 0;

    for (int i = 0; i < RATIOS; i++) {
        uint32_t a = any_rate(&seed), b = any_rate(&seed);

        check_ratio(a, b, &seed, &conversions);
        check_ratio(b, a, &seed, &conversions);
        if (i % 16 == 0)
            check_ratio(a, a, &seed, &conversions);
    }
    printf("# %d divisions, %lu conversions\n", DIVISIONS, conversions);
}

/* Ten years of nanoseconds, step by step through the range of the rates that the boards have. */
static void test_clock(void **state)
{
    (void)state;
    static const uint32_t rates[] = { 10000000, 54000000, 62500000, 1000000000, 1193182, 2999999999u };
    const uint64_t seconds = 10ull * 365 * 86400;

    for (unsigned i = 0; i < ARRAY_SIZE(rates); i++) {
        struct ratio r = ratio_make(rates[i], 1000000000);
        uint64_t ns = ratio_apply(r, seconds * rates[i]);

        assert_true(ns <= seconds * 1000000000);
        assert_true(seconds * 1000000000 - ns <=
                    seconds / 2 + 1); /* 2^-31 of a second is below half a nanosecond */
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_div),
        cmocka_unit_test(test_ratios),
        cmocka_unit_test(test_clock),
    };

    return UNIT_RUN("ratio", tests);
}
