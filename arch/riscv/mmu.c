/* mmu.c - satp and sfence.vma. */
#include <arch/sysreg.h>
#include <hal/mmu.h>
#include <kernel/config.h>

/* User and kernel half hang in one tree. */
void hal_pt_kernel(uintptr_t root_pa)
{
    csr_write(satp, SATP_SV39 | root_pa >> PAGE_SHIFT);
    __asm__ volatile("sfence.vma" : : : "memory");
}

/* All of them: with an address it would be about leaf entries only (Privileged Architecture 12.2.1). */
void hal_tlb_flush(uintptr_t va)
{
    (void)va;
    hal_tlb_flush_all();
}

void hal_tlb_flush_all(void)
{
    __asm__ volatile("sfence.vma" : : : "memory");
}
