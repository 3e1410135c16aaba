/* mmu.c - TTBR0_EL1, TTBR1_EL1 and tlbi (Arm ARM D8.13, TLB maintenance); and the data cache, by address. */
#include <arch/arm64.h>
#include <arch/sysreg.h>
#include <hal/mmu.h>
#include <hal/pte.h>
#include <kernel/config.h>
#include <lib/util.h>

static pte_t empty[PT_ENTRIES] __attribute__((aligned(PAGE_SIZE)));

void arm64_dcache_flush(const void *va, size_t size)
{
    uintptr_t end = (uintptr_t)va + size;
    for (uintptr_t line = align_down((uintptr_t)va, CACHE_LINE); line < end; line += CACHE_LINE)
        __asm__ volatile("dc civac, %0" : : "r"(line) : "memory");
    __asm__ volatile("dsb sy" : : : "memory");
}

void arm64_mmu_end_identity(void)
{
    sysreg_write(ttbr0_el1, hal_v2p(empty));
    __asm__ volatile("isb\n tlbi vmalle1\n dsb nsh\n isb" : : : "memory");
}

/* User and kernel half hang in two trees; that of the user half, boot.S's identity map, ends here. */
void hal_pt_kernel(uintptr_t root_pa)
{
    __asm__ volatile("dsb ishst" : : : "memory");
    arm64_replace_kernel_half(root_pa, hal_v2p(empty));
    arm64_mmu_end_identity();
}

void hal_tlb_flush(uintptr_t va)
{
    __asm__ volatile("dsb ishst\n tlbi vaae1is, %0\n dsb ish\n isb" : : "r"(va >> PAGE_SHIFT) : "memory");
}

void hal_tlb_flush_all(void)
{
    __asm__ volatile("dsb ishst\n tlbi vmalle1is\n dsb ish\n isb" : : : "memory");
}
