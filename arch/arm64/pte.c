/* pte.c - how page-table entries are made: 4 KiB pages (Arm ARM D8.3, descriptors; D8.4, access control). */
#include <hal/pte.h>

pte_t hal_pte_table(uintptr_t table_pa, unsigned level)
{
    (void)level;
    return (pte_t)table_pa | PTE_TABLE | PTE_VALID;
}

pte_t hal_pte_leaf(uintptr_t pa, unsigned prot, unsigned level)
{
    if ((prot & PROT_R) == 0)
        return (pte_t)pa | PTE_SOFT_KEPT;
    pte_t e = (pte_t)pa | PTE_VALID | PTE_INNER | PTE_PXN | PTE_UXN;
    e |= PTE_AF; /* or the first access would fault */
    if (level == 0)
        e |= PTE_TABLE;
    if ((prot & PROT_W) == 0)
        e |= PTE_RO;
    if (prot & PROT_X)
        e |= PTE_SOFT_X;
    if ((prot & (PROT_X | PROT_D)) == PROT_X)
        e &= prot & PROT_U ? ~PTE_UXN : ~PTE_PXN;
    if (prot & PROT_U)
        e |= PTE_USER | PTE_NG;
    if (prot & PROT_D)
        e |= PTE_DEVICE;
    return e;
}
