/* test_fmt.c - lib/fmt.c: a table of cases with their text, then random formats against the C library.
 *
 * Planted and caught: no 0 at the end of a cut text; the length cut too; a width or precision of * ignored, a
 * negative width not to the left, INT_MIN accepted; + printed for unsigned numbers; hh taken for h, and h for
 * none; no sign extension; the sign behind the zeros; 0x for 0; # without effect on o; precision 0 printing
 * a digit for 0; the flag 0 winning over - and over a precision; a % at the end reading on; a string read
 * behind its precision; (null) cut; a wrong carry in the division by ten; %n accepted; a width that wraps.
 */
#include "unit.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "fmt_oracle.h"
#include <lib/fmt.h>

enum { ROUNDS = 60000 };

/* Through a pointer, so that the compiler does not warn of flags that have no effect. */
static int (*const volatile unchecked)(char *, size_t, const char *, ...) = fmt_snprintf;

/* Is this the text, whole and with the right length? */
#define CHECK(want, ...)                                                       \
    do {                                                                       \
        char got_[256];                                                        \
        int n_ = unchecked(got_, sizeof(got_), __VA_ARGS__);                   \
        if (n_ != (int)strlen(want) || strcmp(got_, want) != 0)                \
            fail_msg("%s: '%s' (%d), not '%s'", #__VA_ARGS__, got_, n_, want); \
    } while (0)

static void test_integers(void **state)
{
    (void)state;
    CHECK("plain", "plain");
    CHECK("0 1 -1 2147483647 -2147483648", "%d %d %i %d %d", 0, 1, -1, INT_MAX, INT_MIN);
    CHECK("4294967295 ffffffff FFFFFFFF 37777777777", "%u %x %X %o", ~0u, ~0u, ~0u, ~0u);
    CHECK("-9223372036854775808", "%lld", LLONG_MIN);
    CHECK("18446744073709551615", "%llu", ULLONG_MAX);
    CHECK("1777777777777777777777", "%llo", ULLONG_MAX);
    CHECK("ffffffffffffffff", "%llx", ULLONG_MAX);
    CHECK("10000000000 99999999999", "%llu %llu", 10000000000ull, 99999999999ull);
    CHECK("-1 255 -1 65535", "%hhd %hhu %hd %hu", 255, 255, 65535, 65535);
    CHECK("44 4464", "%hhd %hd", 300, 70000);
    CHECK("1 2 3 4 5", "%ld %zu %td %jd %lld", 1L, (size_t)2, (ptrdiff_t)3, (intmax_t)4, 5LL);
    CHECK("7 1099511627776 8", "%d %llu %d", 7, 1ull << 40, 8);
}

static void test_flags(void **state)
{
    (void)state;
    CHECK("[   42][42   ][00042][+42][ 42]", "[%5d][%-5d][%05d][%+d][% d]", 42, 42, 42, 42, 42);
    CHECK("[  -42][-42  ][-0042][-42][-42]", "[%5d][%-5d][%05d][%+d][% d]", -42, -42, -42, -42, -42);
    CHECK("[+0042][ 0042]", "[%+05d][% 05d]", 42, 42);
    CHECK("[+42]", "[%+ d]", 42);
    CHECK("[42][2a]", "[%+u][% x]", 42u, 42u);
    CHECK("[42   ]", "[%-05d]", 42);
    CHECK("[0x2a][0X2A][052][0][0][0]", "[%#x][%#X][%#o][%#x][%#X][%#o]", 42u, 42u, 42u, 0u, 0u, 0u);
    CHECK("[0x00002a][  0x2a][0x2a  ]", "[%#08x][%#6x][%#-6x]", 42u, 42u, 42u);
    CHECK("[00010][ 010]", "[%#05o][%#4o]", 8u, 8u);
    CHECK("[123456]", "[%3d]", 123456);
}

static void test_precision(void **state)
{
    (void)state;
    CHECK("[007][  007][007  ][-007]", "[%.3d][%5.3d][%-5.3d][%.3d]", 7, 7, 7, -7);
    CHECK("[  007]", "[%05.3d]", 7);
    CHECK("[][ ][+][   ]", "[%.0d][% .0d][%+.0d][%3.0d]", 0, 0, 0, 0);
    CHECK("[][][0]", "[%.0x][%#.0x][%#.0o]", 0u, 0u, 0u);
    CHECK("[1]", "[%.0d]", 1);
    CHECK("[0x002a][010][00010]", "[%#.4x][%#.2o][%#.5o]", 42u, 8u, 8u);
    CHECK("[   42][42   ][00007]", "[%*d][%*d][%.*d]", 5, 42, -5, 42, 5, 7);
    CHECK("[0][    0007][x]", "[%.*d][%*.*d][%*c]", -1, 0, 8, 4, 7, 1, 'x');
}

static void test_text(void **state)
{
    (void)state;
    char unended[3] = { 'a', 'b', 'c' };
    const char *volatile null = NULL;

    CHECK("[ab][   ab][ab   ][a]", "[%s][%5s][%-5s][%.1s]", "ab", "ab", "ab", "ab");
    CHECK("[abc][ab][]", "[%.3s][%.2s][%.0s]", unended, unended, unended);
    CHECK("[(null)][  (null)][]", "[%s][%8s][%.5s]", null, null, null);
    CHECK("[x][  x][x  ]", "[%c][%3c][%-3c]", 'x', 'x', 'x');
    CHECK("100% %d", "%d%% %%d", 100);
    CHECK("a", "%c%s", 'a', "");

    char buf[4];
    assert_int_equal(fmt_snprintf(buf, sizeof(buf), "%c%c", '\0', 'b'), 2);
    assert_memory_equal(buf, "\0b\0", 3);
}

static void test_pointers(void **state)
{
    (void)state;
    void *volatile null = NULL;
    void *p = (void *)(uintptr_t)0x80200000u;

    CHECK("[0x80200000][  0x80200000][0x80200000  ]", "[%p][%12p][%-12p]", p, p, p);
    CHECK("[(nil)][   (nil)]", "[%p][%8p]", null, null);
}

/* What is no conversion stays as it stands, and the arguments behind it are not lost. */
static void test_unknown(void **state)
{
    (void)state;
    static const char *const same[] = { "%", "a%", "%n", "%f", "%-08.3q|", "%l", "%ll", "%5", "%.", "%hhhd" };
    char buf[32];
    int n = 5;

    for (size_t i = 0; i < ARRAY_SIZE(same); i++) {
        assert_int_equal(unchecked(buf, sizeof(buf), same[i], &n), (int)strlen(same[i]));
        assert_string_equal(buf, same[i]);
    }
    assert_int_equal(unchecked(buf, sizeof(buf), "%y %d", 42), 5);
    assert_string_equal(buf, "%y 42");
    assert_int_equal(n, 5);
}

/* The format ends in the last byte of its block. */
static void test_format_bounds(void **state)
{
    (void)state;
    static const char *const ends[] = { "%", "%-", "%5", "%.", "%.5", "%l", "%h", "%d%" };
    char buf[32];

    for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
        char *fmt = strdup(ends[i]);

        assert_true(unchecked(buf, sizeof(buf), fmt, 1) >= 1);
        free(fmt);
    }
}

static void test_cut(void **state)
{
    (void)state;
    for (size_t size = 0; size < 14; size++) {
        char *buf = malloc(size);

        assert_int_equal(fmt_snprintf(buf, size, "%s %04d", "answer", 42), 11);
        if (size > 0) {
            assert_int_equal(strlen(buf), size < 12 ? size - 1 : 11);
            assert_memory_equal(buf, "answer 0042", strlen(buf));
        }
        free(buf);
    }
}

static void test_too_large(void **state)
{
    (void)state;
    char buf[8];

    assert_int_equal(unchecked(buf, sizeof(buf), "ab%2147483648d", 1), -1);
    assert_string_equal(buf, "ab");
    assert_int_equal(unchecked(buf, sizeof(buf), "%.2147483648d", 1), -1);
    assert_int_equal(unchecked(buf, sizeof(buf), "%99999999999999999999d", 1), -1);
    assert_int_equal(unchecked(buf, sizeof(buf), "%*d", INT_MIN, 1), -1);
    assert_int_equal(unchecked(buf, sizeof(buf), "%.*d", INT_MIN, 1), 1);
}

struct sink {
    char text[32];
    size_t n;
};

static void put(void *ctx, char c)
{
    struct sink *sink = ctx;

    assert_true(sink->n < sizeof(sink->text));
    sink->text[sink->n++] = c;
}

static int format(struct sink *sink, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    int n = fmt_format(put, sink, fmt, ap);
    va_end(ap);
    return n;
}

/* Through put come the characters and nothing else, no 0 at the end. */
static void test_put(void **state)
{
    (void)state;
    struct sink sink = { .n = 0 };

    assert_int_equal(format(&sink, "%s=%#x\n", "sp", 0x1000), 10);
    assert_int_equal(sink.n, 10);
    assert_memory_equal(sink.text, "sp=0x1000\n", 10);
}

static unsigned choose(void *ctx, unsigned below)
{
    return (unsigned)(unit_random(ctx) % below);
}

static void test_random(void **state)
{
    (void)state;
    uint64_t seed = unit_seed();
    char report[1024];

    for (int i = 0; i < ROUNDS; i++) {
        if (!fmt_oracle_agrees(choose, &seed, report, sizeof(report)))
            fail_msg("round %d: %s", i, report);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_integers),  cmocka_unit_test(test_flags),
        cmocka_unit_test(test_precision), cmocka_unit_test(test_text),
        cmocka_unit_test(test_pointers),  cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_cut),       cmocka_unit_test(test_format_bounds),
        cmocka_unit_test(test_too_large), cmocka_unit_test(test_put),
        cmocka_unit_test(test_random),
    };

    return UNIT_RUN("fmt", tests);
}
