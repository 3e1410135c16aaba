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

/* An entry has two words, and only one instruction stores both at once (SDM vol. 3A 8.1.1). */
static inline void hal_pte_store(pte_t *e, pte_t pte)
{
    pte_t old = *e;
    __asm__ volatile("1: lock cmpxchg8b %0\n\tjne 1b"
                     : "+m"(*e), "+A"(old)
                     : "b"((uint32_t)pte), "c"((uint32_t)(pte >> 32))
                     : "cc", "memory");
}
