/* test_page_debug.c - kernel/page.c and memmap.c of a DEBUG build: what test_page.c asks, and free pages.
 *
 * Planted and caught: poison not looked at, or not to its last byte.
 */
#include "memory_check.h"
#include "unit.h"

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(memmap_check_random),   cmocka_unit_test(memmap_check_edges),
        cmocka_unit_test(memmap_check_failures), cmocka_unit_test(page_check_random),
        cmocka_unit_test(page_check_exhaustion), cmocka_unit_test(page_check_misuse),
    };

    return UNIT_RUN("page_debug", tests);
}
