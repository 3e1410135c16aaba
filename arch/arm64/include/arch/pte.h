/*
 * arch/pte.h - the inlines of hal/pte.h: entries of 4 KiB pages (Arm ARM D8.3, descriptors; D8.4, access
 * control).
 */
#pragma once
#include <hal/pte.h>
#include <stdbool.h>
#include <stdint.h>

#define PTE_VALID     (1ull << 0)
#define PTE_TABLE     (1ull << 1) /* at level 0 it says page, and is set too */
#define PTE_DEVICE    (1ull << 2) /* attribute 1 of MAIR_EL1, which boot.S sets; else 0: normal memory */
#define PTE_USER      (1ull << 6)
#define PTE_RO        (1ull << 7)
#define PTE_INNER     (3ull << 8) /* inner shareable: seen alike by all CPUs */
#define PTE_AF        (1ull << 10)
#define PTE_NG        (1ull << 11) /* belongs to one address space */
#define PTE_PXN       (1ull << 53) /* the kernel never executes it */
#define PTE_UXN       (1ull << 54) /* user mode never executes it */
#define PTE_SOFT_X    (1ull << 55) /* for software: PROT_X was given, which a device is not granted */
#define PTE_SOFT_KEPT (1ull << 56) /* for software, not valid: a page that nobody may touch */

#define PTE_ADDR_MASK 0xfffffffff000ull

static inline bool hal_pte_present(pte_t pte)
{
    return (pte & (PTE_VALID | PTE_SOFT_KEPT)) != 0;
}

static inline bool hal_pte_is_leaf(pte_t pte, unsigned level)
{
    return hal_pte_present(pte) && (level == 0 || (pte & PTE_TABLE) == 0);
}

static inline uintptr_t hal_pte_addr(pte_t pte)
{
    return (uintptr_t)(pte & PTE_ADDR_MASK);
}

static inline unsigned hal_pte_prot(pte_t pte)
{
    return (pte & PTE_VALID ? PROT_R : 0) | ((pte & (PTE_VALID | PTE_RO)) == PTE_VALID ? PROT_W : 0) |
           (pte & PTE_SOFT_X ? PROT_X : 0) | (pte & (PTE_USER | PTE_SOFT_KEPT) ? PROT_U : 0) |
           (pte & PTE_DEVICE ? PROT_D : 0);
}

static inline bool hal_pte_is_writable(pte_t pte)
{
    return (pte & (PTE_VALID | PTE_RO)) == PTE_VALID;
}

static inline bool hal_pte_is_device(pte_t pte)
{
    return (pte & PTE_DEVICE) != 0;
}

static inline pte_t hal_pte_read_only(pte_t pte)
{
    return pte | PTE_RO;
}
