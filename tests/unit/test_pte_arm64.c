/* test_pte_arm64.c - arch/arm64/pte.c: VMSAv8-64 descriptors of 4 KiB pages.
 *
 * Arm ARM D8.3.1 and D8.3.2, from bit 0 up: valid, table or page, AttrIndx (3 bits), NS, AP (2: for EL0, and
 * read-only), SH (2), AF, nG; address from 12; PXN 53, UXN 54, for software 55 to 58.
 * Planted and caught: no AF, no nG, not shareable, the wrong attribute; read-only inverted; PXN and UXN
 * mixed up, X without effect, and X read back from PXN; page, block and table mixed up, each way; an address
 * cut.
 */
#include "pte_check.h"

enum { PA_BITS = 48 };

#define PXN        (1ull << 53)
#define UXN        (1ull << 54)
#define SOFTWARE_X (1ull << 55)

static void test_leaves(void **state)
{
    (void)state;
    printf("# %u leaves\n", pte_check_leaves(PA_BITS));
}

static void test_tables(void **state)
{
    (void)state;
    printf("# %u tables\n", pte_check_tables(PA_BITS));
}

/* AF is 1, or the first access faults; SH is inner shareable; user pages have nG; devices, attribute 1. */
static void test_golden(void **state)
{
    (void)state;
    static const struct pte_golden leaves[] = {
        { 0x80000, PROT_R, 0, 0x80783 | PXN | UXN },
        { 0x80000, PROT_R | PROT_W, 0, 0x80703 | PXN | UXN },
        { 0x80000, PROT_R | PROT_X, 0, 0x80783 | UXN | SOFTWARE_X },
        { 0x200000, PROT_R | PROT_X, 1, 0x200781 | UXN | SOFTWARE_X },
        { 0x200000, PROT_R | PROT_W, 1, 0x200701 | PXN | UXN },
        { 0xfe201000, PROT_R | PROT_W | PROT_D, 0, 0xfe201707 | PXN | UXN },
        { 0xfe200000, PROT_R | PROT_W | PROT_D, 1, 0xfe200705 | PXN | UXN },
        { 0x81000, PROT_R | PROT_U, 0, 0x81fc3 | PXN | UXN },
        { 0x81000, PROT_R | PROT_W | PROT_U, 0, 0x81f43 | PXN | UXN },
        { 0x81000, PROT_R | PROT_X | PROT_U, 0, 0x81fc3 | PXN | SOFTWARE_X },
        { 0x81000, PROT_R | PROT_W | PROT_X | PROT_U, 0, 0x81f43 | PXN | SOFTWARE_X },
        { 0x81000, PROT_U, 0, 0x81000 | 1ull << 56 },
        /* To fetch from a device could have effects. */
        { 0xfe201000, PROT_R | PROT_X | PROT_D, 0, 0xfe201787 | PXN | UXN | SOFTWARE_X },
        { 0, PROT_R, 0, 0x783 | PXN | UXN },
        { 0xfffffffff000, PROT_R, 0, 0xfffffffff783 | PXN | UXN },
    };
    /* No restriction from the table itself: bits 59 to 63 are 0. */
    static const struct pte_golden tables[] = {
        { 0x80000, 0, 2, 0x80003 },
        { 0x80000, 0, 1, 0x80003 },
        { 0xfffffffff000, 0, 1, 0xfffffffff003 },
    };

    pte_check_golden_leaves(leaves, ARRAY_SIZE(leaves));
    pte_check_golden_tables(tables, ARRAY_SIZE(tables));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_leaves),
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_golden),
    };

    return UNIT_RUN("pte_arm64", tests);
}
