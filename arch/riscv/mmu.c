/* mmu.c - satp, sfence.vma and fence.i. */
#include <arch/riscv.h>
#include <arch/sysreg.h>
#include <hal/info.h>
#include <hal/mmu.h>
#include <kernel/config.h>

static uintptr_t kernel_satp; /* of CPUs to come */

uintptr_t riscv_kernel_satp(void)
{
    return kernel_satp;
}

/*
 * The bits of the ASID that a hart has not are read as 0 (Privileged Architecture 12.1.11). All harts are
 * taken to have as many as the first.
 */
void riscv_mmu_probe(void)
{
    unsigned long old = csr_read(satp);
    csr_write(satp, old | SATP_ASID);
    unsigned long bits = (csr_read(satp) & SATP_ASID) >> SATP_ASID_SHIFT;
    csr_write(satp, old);
    hal_tlb_flush_all();
    hal_info.asids = bits == 0 ? 0 : (unsigned)bits + 1;
}

/* User and kernel half hang in one tree. */
void hal_pt_kernel(uintptr_t root_pa)
{
    kernel_satp = SATP_SV39 | root_pa >> PAGE_SHIFT;
    csr_write(satp, kernel_satp);
    __asm__ volatile("sfence.vma" : : : "memory");
}

/*
 * Without a fence: what is known of the new ASID is about this tree, and what is known of the kernel half is
 * the same in all of them, and global (Privileged Architecture 12.2.1).
 */
void hal_pt_switch(uintptr_t root_pa, unsigned asid)
{
    if (root_pa == 0) {
        csr_write(satp, kernel_satp);
    } else {
        unsigned long number = hal_info.asids == 0 ? 0 : asid;
        csr_write(satp, SATP_SV39 | number << SATP_ASID_SHIFT | root_pa >> PAGE_SHIFT);
    }
    if (hal_info.asids == 0)
        __asm__ volatile("sfence.vma x0, %0" : : "r"(0ul) : "memory"); /* all but what is global */
}

/*
 * What fetches instructions need not know of stores. Here they are made visible to all harts; each of these
 * then does fence.i for itself: before it goes to user mode with another thread (hal_user_load()), and when
 * it has forgotten a page, which may come back with other instructions in it (Unprivileged ISA 6).
 */
void hal_code_sync(const void *va, size_t size)
{
    (void)va;
    (void)size;
    __asm__ volatile("fence\n\tfence.i" : : : "memory");
}

/* All of them: with an address it would be about leaf entries only (Privileged Architecture 12.2.1). */
void hal_tlb_flush(uintptr_t va)
{
    (void)va;
    hal_tlb_flush_all();
}

void hal_tlb_flush_all(void)
{
    __asm__ volatile("sfence.vma\n\tfence.i" : : : "memory");
}
