/* test_slab.c - kernel/slab*.c and magazine.c: requests at random, every shape of slab, misuse.
 *
 * Planted and caught. Slabs: a constructor never called, or at each allocation; the last page of a slab
 * not noted; a freed slab still in the map; no end of the chain; an object handed out twice; a double free
 * not seen; empty slabs, slabs, or objects that are out, not counted down, or always up; every empty slab
 * kept, none reclaimed; a full slab staying on its list; heads, caches or empty magazines leaked; the
 * block of a slab looked for at its second page; objects or strides not aligned; a cache destroyed that is
 * in use, or still listed. Magazines: no room where there is no magazine; a new one not cleared; the count
 * of an unloaded one stale, or said to be full; the previous one or the depot not flushed; a full one in
 * the depot not counted down; one leaked that found no place; room beyond the end; the previous one not
 * counted; two made again and again of the last page of all (hangs). Not to be caught: fit() counting no
 * object less, which alignment sees to.
 */
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
