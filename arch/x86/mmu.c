/* mmu.c - cr3, cr4, invlpg. */
#include <arch/segments.h>
#include <arch/sysreg.h>
#include <arch/x86.h>
#include <hal/info.h>
#include <hal/mmu.h>

/* Before the first page-table entry is made. */
void x86_mmu_probe(void)
{
    if ((cpuid(CPUID_EXTENDED).edx & CPUID_EDX_NX) == 0)
        return;
    msr_write(MSR_EFER, msr_read(MSR_EFER) | EFER_NXE);
    x86_pte_enable_nx();
    hal_info.nx = true;
}

/*
 * User and kernel half hang in one tree. Kernel entries are global, if the CPU has that: loading cr3 leaves
 * them in the TLB. It begins only here, so that nothing of the boot tables stays.
 */
void hal_pt_kernel(uintptr_t root_pa)
{
    x86_segments_set_cr3(root_pa);
    x86_secondary.cr3 = (uint32_t)root_pa;
    cr_write(cr3, root_pa);
    if (cpuid(CPUID_FEATURES).edx & CPUID_EDX_PGE)
        cr_write(cr4, cr_read(cr4) | CR4_PGE);
}

void hal_tlb_flush(uintptr_t va)
{
    __asm__ volatile("invlpg (%0)" : : "r"(va) : "memory");
}

/* A change of CR4.PGE takes the global entries too (SDM vol. 3A 4.10.4.1). */
void hal_tlb_flush_all(void)
{
    unsigned long cr4 = cr_read(cr4);
    if (cr4 & CR4_PGE) {
        cr_write(cr4, cr4 & ~CR4_PGE);
        cr_write(cr4, cr4);
    } else {
        cr_write(cr3, cr_read(cr3));
    }
}
