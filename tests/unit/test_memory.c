/* test_memory.c - all of the memory system: each allocation failing in turn, and four CPUs at once.
 *
 * Planted and caught: failalloc_now() not asked; the pages of a slab leaked when there is no head for it;
 * a depot looked at without its lock.
 */
#include "memory_check.h"
#include "unit.h"

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_check_failures),
        cmocka_unit_test(memory_check_threads),
    };

    return UNIT_RUN("memory", tests);
}
