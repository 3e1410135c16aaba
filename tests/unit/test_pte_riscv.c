/* test_pte_riscv.c - arch/riscv/pte.c: entries of Sv39.
 *
 * Privileged Architecture 12.4.1, from bit 0 up: V R W X U G A D, 2 bits for software, 44 of page number.
 * Planted and caught: no A, no D, user pages global; X not read back, and device; bits of a leaf in a
 * pointer; a page that can only be read taken for a pointer; a page number cut, and shifted wrongly; 0 taken
 * for present.
 */
#include "pte_check.h"

enum { PA_BITS = 56 };

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

/* A is 1, and D where W is: the CPU may fault instead of setting them. Kernel pages are global. */
static void test_golden(void **state)
{
    (void)state;
    static const struct pte_golden leaves[] = {
        { 0x80200000, PROT_R, 0, 0x20080063 },
        { 0x80200000, PROT_R | PROT_W, 0, 0x200800e7 },
        { 0x80200000, PROT_R | PROT_X, 0, 0x2008006b },
        { 0x80200000, PROT_R | PROT_X, 1, 0x2008006b },
        { 0x10000000, PROT_R | PROT_W | PROT_D, 0, 0x040001e7 },
        { 0x80001000, PROT_R | PROT_U, 0, 0x20000453 },
        { 0x80001000, PROT_R | PROT_W | PROT_U, 0, 0x200004d7 },
        { 0x80001000, PROT_R | PROT_X | PROT_U, 0, 0x2000045b },
        { 0x80001000, PROT_R | PROT_W | PROT_X | PROT_U, 0, 0x200004df },
        { 0x80001000, PROT_U, 0, 0x20000600 },
        { 0, PROT_R, 0, 0x63 },
        { 0xfffffffffff000, PROT_R | PROT_W, 0, 0x3ffffffffffce7 },
    };
    /* R, W and X of a pointer are 0; its U, A and D are reserved. */
    static const struct pte_golden tables[] = {
        { 0x80200000, 0, 2, 0x20080001 },
        { 0x80001000, 0, 1, 0x20000401 },
        { 0xfffffffffff000, 0, 1, 0x3ffffffffffc01 },
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

    return UNIT_RUN("pte_riscv", tests);
}
