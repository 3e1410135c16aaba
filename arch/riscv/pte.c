/* pte.c - page-table entries of Sv39 (Privileged Architecture 12.4). */
#include <hal/pte.h>

#define PTE_V (1ull << 0)
#define PTE_R (1ull << 1)
#define PTE_W (1ull << 2)
#define PTE_X (1ull << 3)
#define PTE_U (1ull << 4)
#define PTE_G (1ull << 5)
#define PTE_A (1ull << 6)
#define PTE_D (1ull << 7)
#define PTE_SOFT_DEVICE (1ull << 8) /* for software: PROT_D. What is a device, the platform knows (PMAs) */
#define PTE_SOFT_KEPT   (1ull << 9) /* for software, not valid: a page that nobody may touch */

#define PTE_PPN_SHIFT 10
#define PTE_PPN_MASK  0xfffffffffffull

pte_t hal_pte_table(uintptr_t table_pa, unsigned level)
{
    (void)level;
    return (pte_t)table_pa >> 12 << PTE_PPN_SHIFT | PTE_V;
}

pte_t hal_pte_leaf(uintptr_t pa, unsigned prot, unsigned level)
{
    (void)level; /* a leaf is a leaf by its R, W, X bits */
    if ((prot & PROT_R) == 0)
        return (pte_t)pa >> 12 << PTE_PPN_SHIFT | PTE_SOFT_KEPT;
    pte_t e = (pte_t)pa >> 12 << PTE_PPN_SHIFT | PTE_V | PTE_A;
    if (prot & PROT_R)
        e |= PTE_R;
    if (prot & PROT_W)
        e |= PTE_W | PTE_D; /* A and D are set here, since a CPU may leave that to software */
    if (prot & PROT_X)
        e |= PTE_X;
    e |= prot & PROT_U ? PTE_U : PTE_G;
    if (prot & PROT_D)
        e |= PTE_SOFT_DEVICE;
    return e;
}

bool hal_pte_present(pte_t pte)
{
    return (pte & (PTE_V | PTE_SOFT_KEPT)) != 0;
}

bool hal_pte_is_leaf(pte_t pte, unsigned level)
{
    (void)level;
    return (pte & (PTE_R | PTE_W | PTE_X | PTE_SOFT_KEPT)) != 0;
}

uintptr_t hal_pte_addr(pte_t pte)
{
    return (uintptr_t)((pte >> PTE_PPN_SHIFT & PTE_PPN_MASK) << 12);
}

unsigned hal_pte_prot(pte_t pte)
{
    if (pte & PTE_SOFT_KEPT)
        return PROT_U;
    unsigned prot = 0;
    if (pte & PTE_R)
        prot |= PROT_R;
    if (pte & PTE_W)
        prot |= PROT_W;
    if (pte & PTE_X)
        prot |= PROT_X;
    if (pte & PTE_U)
        prot |= PROT_U;
    if (pte & PTE_SOFT_DEVICE)
        prot |= PROT_D;
    return prot;
}
