/* test_slab.c - kernel/slab*.c and magazine.c: requests at random, every shape of slab, misuse. */
#include "memory_check.h"
#include "unit.h"

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(slab_check_random), cmocka_unit_test(slab_check_tight),
        cmocka_unit_test(slab_check_edges),  cmocka_unit_test(slab_check_names),
        cmocka_unit_test(slab_check_misuse), cmocka_unit_test(slab_check_reclaim),
    };

    return UNIT_RUN("slab", tests);
}
