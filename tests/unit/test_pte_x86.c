/* test_pte_x86.c - arch/x86/pte.c: entries of PAE paging, without and with XD.
 *
 * Intel SDM vol. 3A 4.4.2, from bit 0 up: P, R/W, U/S, PWT, PCD, A, D, PS (a block), G, 3 for software; XD
 * is the highest.
 * Planted and caught: XD on a CPU without, and on none; a block without PS, a table taken for one; reserved
 * bits in the top table; tables closed to user mode; user pages global; no D; no PWT; X read back from XD;
 * an address cut, and XD in it.
 */
#include "pte_check.h"

#include <arch/x86.h>

enum { PA_BITS = 52, SOFTWARE_X = 1 << 9 };

#define XD (1ull << 63)

static const struct pte_golden leaves_without[] = {
    { 0x100000, PROT_R, 0, 0x100161 },
    { 0x100000, PROT_R | PROT_W, 0, 0x100163 },
    { 0x100000, PROT_R | PROT_X, 0, 0x100161 | SOFTWARE_X },
    { 0x200000, PROT_R | PROT_X, 1, 0x2001e1 | SOFTWARE_X },
    { 0x200000, PROT_R | PROT_W, 1, 0x2001e3 },
    { 0xfee00000, PROT_R | PROT_W | PROT_D, 0, 0xfee0017b },
    { 0x101000, PROT_R | PROT_U, 0, 0x101065 },
    { 0x101000, PROT_R | PROT_W | PROT_U, 0, 0x101067 },
    { 0x101000, PROT_R | PROT_X | PROT_U, 0, 0x101065 | SOFTWARE_X },
    { 0x101000, PROT_R | PROT_W | PROT_X | PROT_U, 0, 0x101067 | SOFTWARE_X },
    { 0, PROT_R, 0, 0x161 },
    { 0xfffff000, PROT_R, 0, 0xfffff161 },
};

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

/* Of an entry of the top table only P, PWT and PCD exist (4.4.1); the others are reserved, which faults. */
static void test_golden_tables(void **state)
{
    (void)state;
    static const struct pte_golden tables[] = {
        { 0x123000, 0, 2, 0x123001 },
        { 0x123000, 0, 1, 0x123007 },
        { 0xfffff000, 0, 1, 0xfffff007 },
    };

    pte_check_golden_tables(tables, ARRAY_SIZE(tables));
}

/* Without XD its bit is reserved: it must be 0. */
static void test_golden_without_xd(void **state)
{
    (void)state;
    pte_check_golden_leaves(leaves_without, ARRAY_SIZE(leaves_without));
}

/* From here on the CPU has XD. */
static void test_golden_with_xd(void **state)
{
    (void)state;
    struct pte_golden leaves[ARRAY_SIZE(leaves_without)];

    x86_pte_enable_nx();
    for (unsigned i = 0; i < ARRAY_SIZE(leaves); i++) {
        leaves[i] = leaves_without[i];
        leaves[i].entry |= leaves[i].prot & PROT_X ? 0 : XD;
    }
    pte_check_golden_leaves(leaves, ARRAY_SIZE(leaves));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_leaves),         cmocka_unit_test(test_tables),
        cmocka_unit_test(test_golden_tables),  cmocka_unit_test(test_golden_without_xd),
        cmocka_unit_test(test_golden_with_xd), cmocka_unit_test(test_leaves),
        cmocka_unit_test(test_tables),         cmocka_unit_test(test_golden_tables),
    };

    return UNIT_RUN("pte_x86", tests);
}
