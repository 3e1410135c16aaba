/* test_kmalloc.c - kernel/kmalloc.c: requests at random, and every size.
 *
 * Planted and caught: a class too small; size 0 in the last class; overflow not seen; half of it cleared;
 * krealloc() that copies too much or too little, frees the old place when it fails, or leaks it; an order
 * too many for whole pages; ksize() of one page for all.
 */
#include "memory_check.h"
#include "unit.h"

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(kmalloc_check_random),
        cmocka_unit_test(kmalloc_check_sizes),
    };

    return UNIT_RUN("kmalloc", tests);
}
