/*
 * hal/mmu.h - the direct map, and commands to this CPU's MMU.             port: mmu.c, arch/mmu.h
 *
 * Nothing here allocates: pages come from the caller.
 */
#pragma once
#include <hal/pte.h>
#include <stddef.h>
#include <stdint.h>

static inline void     *hal_p2v(uintptr_t pa);       /* Any context, pure. RAM: physical -> kernel virtual. */
static inline uintptr_t hal_v2p(const void *va);     /* And back. */

/*
 * Any context. Changes an entry in one piece: another CPU that walks there sees the old one or the new one.
 */
static inline void hal_pte_store(pte_t *e, pte_t pte);

/* Any context. A whole page in the direct map, PAGE_SIZE bytes: all zeros from here on; */
void hal_page_zero(void *page);
/* or as another one, in the direct map too. */
void hal_page_copy(void *to, const void *from);

/*
 * irqs off, boot CPU, once. This tree is the kernel half from here on, whole and final in its top table;
 * nothing is mapped in the user half. CPUs that are started later begin with it.
 */
void hal_pt_kernel(uintptr_t root_pa);
/*
 * irqs off. This tree of a program (vm_create()) is the user half on this CPU from here on; 0: none is. What
 * the TLB knows of other ASIDs stays. asid: below hal_info.asids; where that is 0, it is 0, and the TLB
 * forgets all programs' pages.
 */
void hal_pt_switch(uintptr_t root_pa, unsigned asid);
/*
 * Any context. After instructions were written to [va, va + size) in the direct map, before a program gets
 * that memory to execute.
 */
void hal_code_sync(const void *va, size_t size);
/*
 * Any context. This CPU (all, if hal_info.tlb_broadcast) forgets one page, after its entry or that of a table
 * above it changed.
 */
void hal_tlb_flush(uintptr_t va);
/* The same for all pages, those of the kernel too. */
void hal_tlb_flush_all(void);

#include <arch/mmu.h>
