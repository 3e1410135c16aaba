/* pte.c - how page-table entries are made: Sv39 (Privileged Architecture 12.4). */
#include <hal/pte.h>

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
