/* test_cmdline.c - words of the command line: tables of lines and what must be found in them.
 *
 * Planted and caught: a match that ends inside of a word, or begins there, for values and for flags; the
 * first of two words instead of the last; a value cut to fit; garbage accepted behind a number or a suffix;
 * one digit too many, an overflow in the last digit, a shift too far; K as 1000; a hex number without
 * digits.
 */
#include "unit.h"

#include <string.h>

#include <lib/cmdline.h>

struct get_case {
    const char *line, *key, *value; /* NULL: not found */
};

static void test_get(void **state)
{
    (void)state;
    static const struct get_case cases[] = {
        { "", "demo", NULL },
        { "   ", "demo", NULL },
        { "demo=539", "demo", "539" },
        { " \t demo=539\r\n", "demo", "539" },
        { "mem=64M demo=539 test=all", "mem", "64M" },
        { "mem=64M demo=539 test=all", "demo", "539" },
        { "mem=64M demo=539 test=all", "test", "all" },
        { "xdemo=1", "demo", NULL },
        { "demox=1", "demo", NULL },
        { "dem=1", "demo", NULL },
        { "a/demo=1", "demo", NULL },
        { "demo", "demo", NULL },
        { "demo =1", "demo", NULL },
        { "DEMO=1", "demo", NULL },
        { "x=demo=1", "demo", NULL },
        { "demo=", "demo", "" },
        { "demo= 1", "demo", "" },
        { "demo==1", "demo", "=1" },
        { "demo=a=b", "demo", "a=b" },
        { "demo=1 demo=2", "demo", "2" },
        { "demo=1 demo=2 demo=", "demo", "" },
        { "demo=1 xdemo=2 demo", "demo", "1" },
        { "demo=exactly", "demo", "exactly" },
        { "demo=too-long", "demo", NULL },
        { "demo=short demo=too-long", "demo", NULL },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct get_case *c = &cases[i];
        char *out = malloc(8);
        bool found;

        memcpy(out, "#######", 8);
        found = cmdline_get(c->line, c->key, out, 8);
        if (found != (c->value != NULL) || strcmp(out, c->value != NULL ? c->value : "#######") != 0)
            fail_msg("'%s' in '%s': found %d, '%s'", c->key, c->line, found, out);
        free(out);
    }
    assert_false(cmdline_get("a=", "a", NULL, 0));
}

static void test_has(void **state)
{
    (void)state;
    assert_true(cmdline_has("quiet", "quiet"));
    assert_true(cmdline_has("a  quiet\tb", "quiet"));
    assert_true(cmdline_has("a=1 quiet", "quiet"));
    assert_false(cmdline_has("", "quiet"));
    assert_false(cmdline_has("quiet=1", "quiet"));
    assert_false(cmdline_has("=quiet quiet= xquiet quietx qui et", "quiet"));
    assert_false(cmdline_has("a b", ""));
}

struct number_case {
    const char *text;
    bool good;
    uint64_t value;
};

static void test_size(void **state)
{
    (void)state;
    static const struct number_case cases[] = {
        { "0", true, 0 },
        { "1", true, 1 },
        { "0064", true, 64 },
        { "4096", true, 4096 },
        { "1K", true, 1024 },
        { "1k", true, 1024 },
        { "64M", true, 64u << 20 },
        { "64m", true, 64u << 20 },
        { "3G", true, UINT64_C(3) << 30 },
        { "3g", true, UINT64_C(3) << 30 },
        { "0x10", true, 16 },
        { "0XaF", true, 0xaf },
        { "0x10M", true, 16u << 20 },
        { "18446744073709551615", true, UINT64_MAX },
        { "0xffffffffffffffff", true, UINT64_MAX },
        { "0x0000000000000000000001", true, 1 },
        { "17179869183G", true, UINT64_C(17179869183) << 30 },
        { "18014398509481983K", true, UINT64_C(18014398509481983) << 10 },
        { "18446744073709551616", false, 0 },
        { "18446744073709551620", false, 0 },
        { "99999999999999999999", false, 0 },
        { "0x10000000000000000", false, 0 },
        { "17179869184G", false, 0 },
        { "18014398509481984K", false, 0 },
        { "", false, 0 },
        { "M", false, 0 },
        { "0x", false, 0 },
        { "0xM", false, 0 },
        { "0xg", false, 0 },
        { "-1", false, 0 },
        { "+1", false, 0 },
        { "1T", false, 0 },
        { "1MB", false, 0 },
        { "1.5G", false, 0 },
        { "12a", false, 0 },
        { "ten", false, 0 },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct number_case *c = &cases[i];
        uint64_t want = c->good ? c->value : 77, value = 77;
        char line[64];

        snprintf(line, sizeof(line), "mem=5 mem=%s xmem=6", c->text);
        if (cmdline_get_size(line, "mem", &value) != c->good || value != want)
            fail_msg("mem=%s: %llu", c->text, (unsigned long long)value);
    }
}

static void test_uint(void **state)
{
    (void)state;
    unsigned long value = 77;
    char line[64];

    assert_false(cmdline_get_uint("", "quantum", &value));
    assert_false(cmdline_get_uint("quantum", "quantum", &value));
    assert_false(cmdline_get_uint("quantum=", "quantum", &value));
    assert_false(cmdline_get_uint("quantum=10K", "quantum", &value));
    assert_false(cmdline_get_uint("quantum=10ms", "quantum", &value));
    assert_false(cmdline_get_uint("quantum=1 quantum=x", "quantum", &value));
    assert_int_equal(value, 77);
    assert_true(cmdline_get_uint("quantum=1 quantum=20", "quantum", &value));
    assert_int_equal(value, 20);
    assert_true(cmdline_get_uint("quantum=0x1f", "quantum", &value));
    assert_int_equal(value, 31);
    snprintf(line, sizeof(line), "n=%lu", ~0ul);
    assert_true(cmdline_get_uint(line, "n", &value));
    assert_true(value == ~0ul);
    snprintf(line, sizeof(line), "n=%lu0", ~0ul);
    assert_false(cmdline_get_uint(line, "n", &value));
}

/* The line need not lie in a larger block: nothing is read behind its 0. */
static void test_bounds(void **state)
{
    (void)state;
    static const char *const lines[] = { "", "m", "me", "mem", "mem=", "mem=0", "mem=0x", "mem=1K", "a mem" };

    for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
        char *line = malloc(strlen(lines[i]) + 1);
        unsigned long number;
        uint64_t bytes;
        char out[8];

        strcpy(line, lines[i]);
        assert_int_equal(cmdline_get(line, "mem", out, sizeof(out)), i >= 4 && i <= 7);
        assert_int_equal(cmdline_get_size(line, "mem", &bytes), i == 5 || i == 7);
        assert_int_equal(cmdline_get_uint(line, "mem", &number), i == 5);
        assert_int_equal(cmdline_has(line, "mem"), i == 3 || i == 8);
        free(line);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_get),  cmocka_unit_test(test_has),    cmocka_unit_test(test_size),
        cmocka_unit_test(test_uint), cmocka_unit_test(test_bounds),
    };

    return UNIT_RUN("cmdline", tests);
}
