/* test_ksyms.c - kernel/ksyms.c over the table that tools/ksyms makes of ksyms.nm, against a search in that.
 *
 * Planted and caught: the first byte of a function, and the search ended too early; addresses before the
 * text, and the one behind it; a name without its first character; the offset in the image; no 0x. In
 * tools/ksyms: labels of the assembler, weak symbols, no local ones; the last name of an address; addresses
 * before the text; names that overlap or do not end; the two columns mixed up.
 */
#include "host.h"
#include "unit.h"

#include <string.h>

#include <kernel/image.h>
#include <kernel/ksyms.h>

enum { MOST = 64, NAME = 128, STEP = 61 };

static struct symbol {
    uintptr_t offset;
    char name[NAME];
} symbols[MOST];
static unsigned n;

/* Functions between __text_start and __text_end, as the file has them; of several at an address the first. */
static int read_symbols(void **state)
{
    (void)state;
    FILE *file = fopen("tests/unit/ksyms.nm", "r");
    unsigned long long address, start = 0;
    char line[256], type, name[NAME];

    assert_non_null(file);
    while (fgets(line, sizeof(line), file) != NULL) {
        if (sscanf(line, "%llx %c %127s", &address, &type, name) != 3)
            continue;
        if (strcmp(name, "__text_start") == 0)
            start = address;
        else if (strcmp(name, "__text_end") == 0)
            break;
        else if (start != 0 && (type == 't' || type == 'T') && name[0] != '.' && name[0] != '$' &&
                 (n == 0 || symbols[n - 1].offset != address - start)) {
            assert_true(n < MOST);
            symbols[n].offset = address - start;
            memcpy(symbols[n++].name, name, sizeof(name));
        }
    }
    fclose(file);
    assert_int_equal(address - start, __text_end - __text_start);
    assert_true(n > 10);
    return 0;
}

static void check(uintptr_t offset)
{
    char expected[NAME + 24], got[NAME + 24];
    const struct symbol *s = &symbols[0];

    for (unsigned i = 0; i < n && symbols[i].offset <= offset; i++)
        s = &symbols[i];
    snprintf(expected, sizeof(expected), "%s+0x%lx", s->name, (unsigned long)(offset - s->offset));
    assert_ptr_equal(ksyms_name((uintptr_t)__text_start + offset, got, sizeof(got)), got);
    assert_string_equal(got, expected);
}

static void test_addresses(void **state)
{
    (void)state;
    uintptr_t size = (uintptr_t)(__text_end - __text_start);
    unsigned checked = 0;

    for (uintptr_t offset = 0; offset < size; offset += offset < 0x1000 ? 1 : STEP, checked++)
        check(offset);
    for (unsigned i = 0; i < n; i++) {
        uintptr_t end = min_size(symbols[i].offset + 3, size);

        for (uintptr_t at = max_size(symbols[i].offset, 3) - 3; at < end; at++)
            check(at);
    }
    check(size - 1);
    printf("# %u symbols, %u addresses\n", n, checked);
}

static void test_outside(void **state)
{
    (void)state;
    const uintptr_t outside[] = {
        0,
        (uintptr_t)__image_start,
        (uintptr_t)__text_start - 1,
        (uintptr_t)__text_end,
        (uintptr_t)__text_start + 0x100000000,
        UINTPTR_MAX,
    };
    char got[16];

    for (unsigned i = 0; i < ARRAY_SIZE(outside); i++)
        assert_string_equal(ksyms_name(outside[i], got, sizeof(got)), "?");
}

/* A name that does not fit is cut, and ends. */
static void test_cut(void **state)
{
    (void)state;
    char *got = malloc(8);

    assert_string_equal(ksyms_name((uintptr_t)__text_start + 0x41, got, 8), "boot+0x");
    assert_string_equal(ksyms_name((uintptr_t)__text_start + 0x41, got, 1), "");
    assert_string_equal(ksyms_name(0, got, 2), "?");
    free(got);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_addresses, read_symbols),
        cmocka_unit_test(test_outside),
        cmocka_unit_test(test_cut),
    };

    return UNIT_RUN("ksyms", tests);
}
