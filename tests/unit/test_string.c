/* test_string.c - lib/string.c against plain loops, over all alignments and lengths that it tells apart.
 *
 * The blocks are heap blocks of just the right size where reading too far has to be seen by the address
 * sanitizer.
 * Planted and caught: copy_up with one word too many; a wrong tail in copy_down; memmove always copying up,
 * and always down; memset keeping only the low byte of its word, and not narrowing its argument; memcmp,
 * strcmp and strncmp comparing signed; memcmp reading a word behind the end; strnlen and strncmp reading one
 * byte more; strchr finding the end; strlcpy without the 0, with a 0 one byte further, and returning the
 * length of the copy.
 */
#include "unit.h"

#include <string.h>

/* lib/string.c is built with other names (see unit.mk): here both are visible, memcpy and lib_memcpy. */
#include "lib_names.h"

#include <lib/string.h>

#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef strlen
#undef strnlen
#undef strcmp
#undef strncmp
#undef strchr

enum {
    LONGEST = 83, /* two turns of the loop over four words, a word, and a tail */
    SHIFTS = 9,   /* all offsets in a word, and one word */
    ROOM = 2 * LONGEST + 2 * SHIFTS,
};

static void fill(unsigned char *block, size_t n, unsigned seed)
{
    for (size_t i = 0; i < n; i++)
        block[i] = (unsigned char)(seed + i * 7);
}

/* For every start of source and destination in a word: copied, and nothing beside it touched. */
static void test_memcpy(void **state)
{
    (void)state;
    for (size_t n = 0; n <= LONGEST; n++) {
        for (size_t from = 0; from < SHIFTS; from++) {
            for (size_t to = 0; to < SHIFTS; to++) {
                unsigned char *src = malloc(from + n);
                unsigned char dst[ROOM], want[ROOM];

                fill(src, from + n, 1);
                fill(dst, ROOM, 100);
                fill(want, ROOM, 100);
                for (size_t i = 0; i < n; i++)
                    want[to + i] = src[from + i];
                assert_ptr_equal(lib_memcpy(dst + to, src + from, n), dst + to);
                assert_memory_equal(dst, want, ROOM);
                free(src);
            }
        }
    }
}

static void test_memmove(void **state)
{
    (void)state;
    for (size_t n = 0; n <= LONGEST; n++) {
        for (size_t from = 0; from < LONGEST + SHIFTS; from++) {
            for (size_t to = 0; to < LONGEST + SHIFTS; to++) {
                unsigned char block[ROOM], want[ROOM], copy[LONGEST];

                fill(block, ROOM, 3);
                fill(want, ROOM, 3);
                for (size_t i = 0; i < n; i++)
                    copy[i] = want[from + i];
                for (size_t i = 0; i < n; i++)
                    want[to + i] = copy[i];
                if (lib_memmove(block + to, block + from, n) != block + to)
                    fail_msg("result of memmove");
                if (memcmp(block, want, ROOM) != 0)
                    fail_msg("memmove of %zu bytes from %zu to %zu", n, from, to);
            }
        }
    }
}

static void test_memset(void **state)
{
    (void)state;
    static const int bytes[] = { 0, 1, 0x7f, 0x80, 0xff, 0x1a5, -1 };

    for (size_t n = 0; n <= LONGEST; n++) {
        for (size_t to = 0; to < SHIFTS; to++) {
            for (size_t b = 0; b < ARRAY_SIZE(bytes); b++) {
                unsigned char block[ROOM], want[ROOM];

                fill(block, ROOM, 5);
                fill(want, ROOM, 5);
                for (size_t i = 0; i < n; i++)
                    want[to + i] = (unsigned char)bytes[b];
                assert_ptr_equal(lib_memset(block + to, bytes[b], n), block + to);
                assert_memory_equal(block, want, ROOM);
            }
        }
    }
}

static int sign(int n)
{
    return (n > 0) - (n < 0);
}

/* One byte differs, at every place; and two, where only the first one counts. */
static void test_memcmp(void **state)
{
    (void)state;
    for (size_t n = 0; n <= LONGEST; n++) {
        for (size_t shift = 0; shift < SHIFTS; shift++) {
            unsigned char *a = malloc(shift + n), *b = malloc(n);

            fill(a, shift + n, 0);
            memcpy(b, a + shift, n);
            assert_int_equal(lib_memcmp(a + shift, b, n), 0);
            for (size_t i = 0; i < n; i++) {
                b[i] ^= 0x80;
                assert_int_equal(sign(lib_memcmp(a + shift, b, n)), a[shift + i] < b[i] ? -1 : 1);
                assert_int_equal(lib_memcmp(a + shift, b, i), 0);
                b[n - 1] ^= 0x40;
                assert_int_equal(sign(lib_memcmp(a + shift, b, n)), a[shift + i] < b[i] ? -1 : 1);
                b[n - 1] ^= 0x40;
                b[i] ^= 0x80;
            }
            free(a);
            free(b);
        }
    }
}

static void test_strlen(void **state)
{
    (void)state;
    for (size_t n = 0; n < LONGEST; n++) {
        char *s = malloc(n + 1);

        memset(s, 'x', n);
        s[n] = '\0';
        assert_int_equal(lib_strlen(s), n);
        for (size_t max = 0; max <= n + 2; max++)
            assert_int_equal(lib_strnlen(s, max), max < n ? max : n);
        s[n] = 'x'; /* no end: strnlen stays in the block */
        assert_int_equal(lib_strnlen(s, n + 1), n + 1);
        free(s);
    }
}

static void test_strcmp(void **state)
{
    (void)state;
    static const char *const strings[] = { "",  "a",    "ab",    "abc",   "abd",
                                           "b", "\x80", "a\x80", "a\x7f", "ab\xff" };

    for (size_t i = 0; i < ARRAY_SIZE(strings); i++) {
        for (size_t j = 0; j < ARRAY_SIZE(strings); j++) {
            const char *a = strings[i], *b = strings[j];

            assert_int_equal(sign(lib_strcmp(a, b)), sign(strcmp(a, b)));
            for (size_t n = 0; n < 6; n++)
                assert_int_equal(sign(lib_strncmp(a, b, n)), sign(strncmp(a, b, n)));
        }
    }
}

/* Equal blocks without an end, of just n bytes. */
static void test_strncmp_bounds(void **state)
{
    (void)state;
    for (size_t n = 0; n < 12; n++) {
        char *a = malloc(n), *b = malloc(n);

        memset(a, 'x', n);
        memset(b, 'x', n);
        assert_int_equal(lib_strncmp(a, b, n), 0);
        free(a);
        free(b);
    }
}

static void test_strchr(void **state)
{
    (void)state;
    const char *s = "say \xe9 again";

    for (int c = -128; c < 256; c++)
        assert_ptr_equal(lib_strchr(s, c), strchr(s, c));
    assert_ptr_equal(lib_strchr(s, 'a'), s + 1);
    assert_ptr_equal(lib_strchr(s, 0), s + strlen(s));
    assert_null(lib_strchr("", 'a'));
}

static void test_strlcpy(void **state)
{
    (void)state;
    const char *src = "Triptych";
    size_t len = strlen(src);

    for (size_t size = 0; size <= len + 3; size++) {
        char dst[16], want[16];

        memset(dst, '#', sizeof(dst));
        memset(want, '#', sizeof(want));
        for (size_t i = 0; i < size; i++) {
            if (i <= len)
                want[i] = i == size - 1 ? '\0' : src[i];
        }
        assert_int_equal(lib_strlcpy(dst, src, size), len);
        assert_memory_equal(dst, want, sizeof(dst));
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memcpy), cmocka_unit_test(test_memmove), cmocka_unit_test(test_memset),
        cmocka_unit_test(test_memcmp), cmocka_unit_test(test_strlen),  cmocka_unit_test(test_strcmp),
        cmocka_unit_test(test_strchr), cmocka_unit_test(test_strlcpy), cmocka_unit_test(test_strncmp_bounds),
    };

    return UNIT_RUN("string", tests);
}
