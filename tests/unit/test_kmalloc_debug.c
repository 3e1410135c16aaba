/* test_kmalloc_debug.c - kernel/kmalloc.c of a DEBUG build: requests at random, and every size. */
#include "memory_check.h"
#include "unit.h"

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(kmalloc_check_random),
        cmocka_unit_test(kmalloc_check_sizes),
    };

    return UNIT_RUN("kmalloc_debug", tests);
}
