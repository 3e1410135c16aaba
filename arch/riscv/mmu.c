/* mmu.c - satp and sfence.vma. */
#include <arch/riscv.h>
#include <arch/sysreg.h>
#include <hal/mmu.h>
#include <kernel/config.h>

static uintptr_t kernel_satp; /* of CPUs to come */

uintptr_t riscv_kernel_satp(void)
{
    return kernel_satp;
}

/* User and kernel half hang in one tree. */
void hal_pt_kernel(uintptr_t root_pa)
{
    kernel_satp = SATP_SV39 | root_pa >> PAGE_SHIFT;
    csr_write(satp, kernel_satp);
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
