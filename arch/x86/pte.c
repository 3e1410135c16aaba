/*
 * pte.c - page-table entries of PAE paging (Intel SDM vol. 3A 4.4).
 *
 * Without NX, bit XD is reserved and has to be 0: what was wanted stands in a bit for software.
 */
#include <arch/x86.h>
#include <hal/pte.h>

#define PTE_P   (1ull << 0)
#define PTE_RW  (1ull << 1)
#define PTE_US  (1ull << 2)
#define PTE_PWT (1ull << 3)
#define PTE_PCD (1ull << 4) /* with PWT: uncached, unless MTRRs say something weaker */
#define PTE_A   (1ull << 5)
#define PTE_D   (1ull << 6)
#define PTE_PS  (1ull << 7) /* level 1: a block */
#define PTE_G   (1ull << 8)
#define PTE_SOFT_X (1ull << 9) /* for software: PROT_X */
#define PTE_SOFT_KEPT (1ull << 10) /* for software, P is 0: a page that nobody may touch */
#define PTE_XD  (1ull << 63)

#define PTE_ADDR_MASK 0xffffffffff000ull

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

bool hal_pte_present(pte_t pte)
{
    return (pte & (PTE_P | PTE_SOFT_KEPT)) != 0;
}

bool hal_pte_is_leaf(pte_t pte, unsigned level)
{
    return level == 0 || (level == 1 && (pte & PTE_PS) != 0);
}

uintptr_t hal_pte_addr(pte_t pte)
{
    return (uintptr_t)(pte & PTE_ADDR_MASK);
}

unsigned hal_pte_prot(pte_t pte)
{
    if (pte & PTE_SOFT_KEPT)
        return PROT_U;
    unsigned prot = PROT_R;
    if (pte & PTE_RW)
        prot |= PROT_W;
    if (pte & PTE_SOFT_X)
        prot |= PROT_X;
    if (pte & PTE_US)
        prot |= PROT_U;
    if (pte & PTE_PCD)
        prot |= PROT_D;
    return prot;
}
