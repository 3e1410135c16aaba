/* test_memory_debug.c - the memory system of a DEBUG build: what test_memory.c asks, and the locks. */
#include "memory_check.h"
#include "unit.h"

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_check_failures),
        cmocka_unit_test(memory_check_threads),
    };

    return UNIT_RUN("memory_debug", tests);
}
