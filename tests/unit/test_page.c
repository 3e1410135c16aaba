/* test_page.c - kernel/page.c and memmap.c: any memory map, and requests at random.
 *
 * Planted and caught. The map: reserved ranges, initrd or image given out; owner of reserved or hidden
 * ranges not set, or of whole pages only; owners of early pages lost, and runs of two owners joined; the
 * limit applied to each range; a map without room not cut; holes next to RAM not marked; the page of holes
 * writable; entries not cleared; the last page of a piece kept; a page too many counted; a failure of
 * vm_map() or of the tables overlooked.
 * Pages: no joining; owner not set, each way, or kept at a free, each way; order not set; the list drained
 * twice, in the wrong order, or filled beyond its end; lists not counted, or one alone; no reclaim, stacks
 * not trimmed; a page not cleared to its end; each check of a free left out; callers not noted; a block
 * around the page not found; pages counted by a wrong order. Not to be caught: page_alloc() asks the
 * buddies for an order that is too large; they say no as well.
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

    return UNIT_RUN("page", tests);
}
