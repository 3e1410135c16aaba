/* test_slab_debug.c - kernel/slab*.c and magazine.c of a DEBUG build: what test_slab.c asks, and whose it is.
 *
 * Planted and caught: no constructor; the red zone one byte off, or ending early; the zone behind the tag
 * not looked at to its end; poison not looked at; a free object still said to be in use; members not
 * checked; takers of full slabs left out; kfree() of any object.
 */
#include "memory_check.h"
#include "unit.h"

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(slab_check_random), cmocka_unit_test(slab_check_tight),
        cmocka_unit_test(slab_check_edges),  cmocka_unit_test(slab_check_names),
        cmocka_unit_test(slab_check_misuse), cmocka_unit_test(slab_check_reclaim),
        cmocka_unit_test(slab_check_users),
    };

    return UNIT_RUN("slab_debug", tests);
}
