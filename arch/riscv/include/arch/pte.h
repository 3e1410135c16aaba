/* arch/pte.h - the inlines of hal/pte.h: entries of Sv39 (Privileged Architecture 12.4). */
#pragma once
#include <hal/pte.h>
#include <stdbool.h>
#include <stdint.h>

#define PTE_V           (1ull << 0)
#define PTE_R           (1ull << 1)
#define PTE_W           (1ull << 2)
#define PTE_X           (1ull << 3)
#define PTE_U           (1ull << 4)
#define PTE_G           (1ull << 5)
#define PTE_A           (1ull << 6)
#define PTE_D           (1ull << 7)
#define PTE_SOFT_DEVICE (1ull << 8) /* for software: PROT_D. What is a device, the platform knows (PMAs) */
#define PTE_SOFT_KEPT   (1ull << 9) /* for software, not valid: a page that nobody may touch */

#define PTE_PPN_SHIFT 10
#define PTE_PPN_MASK  0xfffffffffffull

static inline bool hal_pte_present(pte_t pte)
{
    return (pte & (PTE_V | PTE_SOFT_KEPT)) != 0;
}

static inline bool hal_pte_is_leaf(pte_t pte, unsigned level)
{
    (void)level;
    return (pte & (PTE_R | PTE_W | PTE_X | PTE_SOFT_KEPT)) != 0;
}

static inline uintptr_t hal_pte_addr(pte_t pte)
{
    return (uintptr_t)((pte >> PTE_PPN_SHIFT & PTE_PPN_MASK) << 12);
}

static inline unsigned hal_pte_prot(pte_t pte)
{
    return (pte & PTE_R ? PROT_R : 0) | (pte & PTE_W ? PROT_W : 0) | (pte & PTE_X ? PROT_X : 0) |
           (pte & (PTE_U | PTE_SOFT_KEPT) ? PROT_U : 0) | (pte & PTE_SOFT_DEVICE ? PROT_D : 0);
}

static inline bool hal_pte_is_writable(pte_t pte)
{
    return (pte & PTE_W) != 0;
}

static inline bool hal_pte_is_device(pte_t pte)
{
    return (pte & PTE_SOFT_DEVICE) != 0;
}

static inline pte_t hal_pte_read_only(pte_t pte)
{
    return pte & ~(PTE_W | PTE_D);
}
