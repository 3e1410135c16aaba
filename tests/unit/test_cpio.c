/* test_cpio.c - newc archives: those of a writer of our own, cut at every place, and broken on purpose.
 *
 * Planted and caught: the length of a name, or of the data, not looked at, or only against the whole archive;
 * a name without an end accepted.
 */
#include "unit.h"

#include <string.h>

#include <lib/cpio.h>

enum { ROOM = 4096, HEADER = 110 };

static char archive[ROOM];
static size_t used;

static void pad(void)
{
    while (used % 4 != 0)
        archive[used++] = 0;
}

static void add(const char *name, unsigned mode, unsigned ino, unsigned links, const char *data)
{
    used +=
        (size_t)sprintf(archive + used, "070701%08X%08X%08X%08X%08x%08X%08zX%08X%08X%08X%08X%08zX%08X", ino,
                        mode, 1u, 2u, links, 77u, strlen(data), 3u, 4u, 5u, 6u, strlen(name) + 1, 0u);
    memcpy(archive + used, name, strlen(name) + 1);
    used += strlen(name) + 1;
    pad();
    memcpy(archive + used, data, strlen(data));
    used += strlen(data);
    pad();
}

static void build(void)
{
    memset(archive, 0, sizeof(archive));
    used = 0;
    add("bin", 040755, 1, 2, "");
    add("bin/sh", 0100755, 2, 1, "hello");
    add("a", 0100644, 0xabcdef12, 3, "12345678");
}

static void test_entries(void **state)
{
    struct cpio_entry e;
    size_t at = 0;
    (void)state;
    build();
    add("TRAILER!!!", 0, 0, 1, "");
    add("behind", 0100644, 9, 1, "");
    assert_int_equal(cpio_next(archive, used, &at, &e), 1);
    assert_string_equal(e.name, "bin");
    assert_int_equal(e.mode, 040755);
    assert_int_equal(cpio_next(archive, used, &at, &e), 1);
    assert_string_equal(e.name, "bin/sh");
    assert_int_equal(e.size, 5);
    assert_memory_equal(e.data, "hello", 5);
    assert_int_equal(cpio_next(archive, used, &at, &e), 1);
    assert_int_equal(e.ino, 0xabcdef12);
    assert_int_equal(e.links, 3);
    assert_int_equal(e.name_len, 1);
    assert_int_equal(e.mtime, 77);
    assert_int_equal(e.rmajor * 256 + e.rminor, 5 * 256 + 6);
    size_t trailer = at;
    assert_int_equal(cpio_next(archive, used, &at, &e), 0);
    assert_int_equal(at, trailer);
}

/* Cut anywhere: what is whole is found, what is cut is not, and nothing behind the end is read (ASan). */
static void test_cut(void **state)
{
    struct cpio_entry e;
    (void)state;
    build();
    for (size_t size = 0; size <= used; size++) {
        char *copy = malloc(size + 1);
        size_t at = 0;
        int more;
        unsigned n = 0;
        memcpy(copy, archive, size);
        copy = realloc(copy, size == 0 ? 1 : size);
        while ((more = cpio_next(copy, size, &at, &e)) > 0) {
            n++;
            assert_true(e.size <= size && (size_t)((const char *)e.data - copy) <= size - e.size);
        }
        assert_true(n <= 3 && (more == 0) == (size == 0 || at == size));
        if (size == used)
            assert_int_equal(n, 3);
        free(copy);
    }
}

static void expect_broken(size_t at, const char *with)
{
    struct cpio_entry e;
    size_t from = 0;
    build();
    memcpy(archive + at, with, strlen(with));
    assert_int_equal(cpio_next(archive, used, &from, &e), -1);
    assert_int_equal(from, 0);
}

static void test_broken(void **state)
{
    (void)state;
    expect_broken(0, "070703");
    expect_broken(0, "x");
    expect_broken(8, "g");                 /* no digit */
    expect_broken(6 + 11 * 8, "00000000"); /* no name */
    expect_broken(6 + 11 * 8, "ffffffff");
    expect_broken(6 + 6 * 8, "ffffffff"); /* data beyond the end */
    expect_broken(6 + 6 * 8, "7fffffff");
    expect_broken(HEADER + 3, "x"); /* a name without an end */
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entries),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_broken),
    };
    return UNIT_RUN("cpio", tests);
}
