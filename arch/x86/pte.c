/*
 * pte.c - how page-table entries are made: PAE paging (Intel SDM vol. 3A 4.4).
 *
 * Without NX, bit XD is reserved and has to be 0: what was wanted stands in a bit for software.
 */
#include <arch/x86.h>
#include <hal/pte.h>

static bool nx;

void x86_pte_enable_nx(void)
{
    nx = true;
}

pte_t hal_pte_table(uintptr_t table_pa, unsigned level)
{
    pte_t e = (pte_t)table_pa | PTE_P;
    if (level == PT_LEVELS - 1)
        return e; /* nothing else may be set at the top (4.4.1) */
    return e | PTE_RW | PTE_US;
}

pte_t hal_pte_leaf(uintptr_t pa, unsigned prot, unsigned level)
{
    if ((prot & PROT_R) == 0)
        return (pte_t)pa | PTE_SOFT_KEPT;
    pte_t e = (pte_t)pa | PTE_P | PTE_A | PTE_D; /* present is readable */
    if (level > 0)
        e |= PTE_PS;
    if (prot & PROT_W)
        e |= PTE_RW;
    if (prot & PROT_X)
        e |= PTE_SOFT_X;
    else if (nx)
        e |= PTE_XD;
    e |= prot & PROT_U ? PTE_US : PTE_G;
    if (prot & PROT_D)
        e |= PTE_PCD | PTE_PWT;
    return e;
}
