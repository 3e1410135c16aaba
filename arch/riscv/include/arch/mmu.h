/* arch/mmu.h - the inlines of hal/mmu.h: physical memory lies at KERNEL_BASE. */
#pragma once
#include <arch/layout.h>
#include <hal/pte.h>
#include <stdint.h>

static inline void *hal_p2v(uintptr_t pa)
{
    return (void *)(pa + KERNEL_BASE);
}

static inline uintptr_t hal_v2p(const void *va)
{
    return (uintptr_t)va - KERNEL_BASE;
}

static inline void hal_pte_store(pte_t *e, pte_t pte)
{
    *(volatile pte_t *)e = pte;
}
