/* arch/pte.h - the inlines of hal/pte.h: entries of PAE paging (Intel SDM vol. 3A 4.4). */
#pragma once
#include <hal/pte.h>
#include <stdbool.h>
#include <stdint.h>

#define PTE_P         (1ull << 0)
#define PTE_RW        (1ull << 1)
#define PTE_US        (1ull << 2)
#define PTE_PWT       (1ull << 3)
#define PTE_PCD       (1ull << 4) /* with PWT: uncached, unless MTRRs say something weaker */
#define PTE_A         (1ull << 5)
#define PTE_D         (1ull << 6)
#define PTE_PS        (1ull << 7) /* level 1: a block */
#define PTE_G         (1ull << 8)
#define PTE_SOFT_X    (1ull << 9)  /* for software: PROT_X */
#define PTE_SOFT_KEPT (1ull << 10) /* for software, P is 0: a page that nobody may touch */
#define PTE_XD        (1ull << 63)

#define PTE_ADDR_MASK 0xffffffffff000ull

static inline bool hal_pte_present(pte_t pte)
{
    return ((uint32_t)pte & (PTE_P | PTE_SOFT_KEPT)) != 0;
}

static inline bool hal_pte_is_leaf(pte_t pte, unsigned level)
{
    return level == 0 || (level == 1 && ((uint32_t)pte & PTE_PS) != 0);
}

static inline uintptr_t hal_pte_addr(pte_t pte)
{
    return (uintptr_t)(pte & PTE_ADDR_MASK);
}

/* All of it but what hal_pte_leaf() makes of a missing PROT_X stands in the lower half. */
static inline unsigned hal_pte_prot(pte_t pte)
{
    uint32_t e = (uint32_t)pte;
    return (e & PTE_P ? PROT_R : 0) | (e & PTE_RW ? PROT_W : 0) | (e & PTE_SOFT_X ? PROT_X : 0) |
           (e & (PTE_US | PTE_SOFT_KEPT) ? PROT_U : 0) | (e & PTE_PCD ? PROT_D : 0);
}

static inline bool hal_pte_is_writable(pte_t pte)
{
    return ((uint32_t)pte & PTE_RW) != 0;
}

static inline bool hal_pte_is_device(pte_t pte)
{
    return ((uint32_t)pte & PTE_PCD) != 0;
}

static inline pte_t hal_pte_read_only(pte_t pte)
{
    return pte & ~PTE_RW;
}
