/* test_ksyms_empty.c - kernel/ksyms.c over the table of the first link, which has no functions.
 *
 * Planted and caught: the table searched all the same.
 */
#include "host.h"
#include "unit.h"

#include <kernel/image.h>
#include <kernel/ksyms.h>
#include <kernel/ksyms_table.h>

const uint32_t    __ksyms_count;
const struct ksym __ksyms_table[] = { { 0, 0 } }; /* the bytes that happen to lie there */
const char        __ksyms_names[] = "nonsense";

static void test_no_name(void **state)
{
    (void)state;
    char got[16];

    for (const char *at = __text_start; at < __text_end; at += 0x1001)
        assert_string_equal(ksyms_name((uintptr_t)at, got, sizeof(got)), "?");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_name),
    };

    return UNIT_RUN("ksyms_empty", tests);
}
