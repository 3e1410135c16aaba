/* pte.c - page-table entries of 4 KiB pages (Arm ARM D8.3, descriptors; D8.4, access control). */
#include <hal/pte.h>

#define PTE_VALID  (1ull << 0)
#define PTE_TABLE  (1ull << 1) /* at level 0 it says page, and is set too */
#define PTE_DEVICE (1ull << 2) /* attribute 1 of MAIR_EL1, which boot.S sets; else 0: normal memory */
#define PTE_USER   (1ull << 6)
#define PTE_RO     (1ull << 7)
#define PTE_INNER  (3ull << 8) /* inner shareable: seen alike by all CPUs */
#define PTE_AF     (1ull << 10)
#define PTE_NG     (1ull << 11) /* belongs to one address space */
#define PTE_PXN    (1ull << 53) /* the kernel never executes it */
#define PTE_UXN    (1ull << 54) /* user mode never executes it */
#define PTE_SOFT_X (1ull << 55) /* for software: PROT_X was given, which a device is not granted */
#define PTE_SOFT_KEPT (1ull << 56) /* for software, not valid: a page that nobody may touch */

#define PTE_ADDR_MASK 0xfffffffff000ull

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

bool hal_pte_present(pte_t pte)
{
    return (pte & (PTE_VALID | PTE_SOFT_KEPT)) != 0;
}

bool hal_pte_is_leaf(pte_t pte, unsigned level)
{
    return hal_pte_present(pte) && (level == 0 || (pte & PTE_TABLE) == 0);
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
    if ((pte & PTE_RO) == 0)
        prot |= PROT_W;
    if (pte & PTE_SOFT_X)
        prot |= PROT_X;
    if (pte & PTE_USER)
        prot |= PROT_U;
    if (pte & PTE_DEVICE)
        prot |= PROT_D;
    return prot;
}
