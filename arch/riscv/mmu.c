/* mmu.c - satp, sfence.vma and fence.i. */
#include <arch/riscv.h>
#include <arch/sysreg.h>
#include <hal/info.h>
#include <hal/mmu.h>
#include <kernel/config.h>

/*
 * What is moved at a time fits in registers. The compiler is not to take the loops for what they are, and
 * call memset() and memcpy().
 */
void hal_page_zero(void *page)
{
    volatile uint64_t *d = page, *end = d + PAGE_SIZE / sizeof(*d);
    for (; d < end; d += 16) {
        d[0] = d[1] = d[2] = d[3] = d[4] = d[5] = d[6] = d[7] = 0;
        d[8] = d[9] = d[10] = d[11] = d[12] = d[13] = d[14] = d[15] = 0;
    }
}

static inline void copy_eight(uint64_t *d, const uint64_t *s)
{
    uint64_t a = s[0], b = s[1], c = s[2], e = s[3], f = s[4], g = s[5], h = s[6], i = s[7];
    d[0] = a;
    d[1] = b;
    d[2] = c;
    d[3] = e;
    d[4] = f;
    d[5] = g;
    d[6] = h;
    d[7] = i;
}

void hal_page_copy(void *to, const void *from)
{
    uint64_t *d = to;
    const uint64_t *s = from, *end = s + PAGE_SIZE / sizeof(*s);
    for (; s < end; s += 16, d += 16) {
        copy_eight(d, s);
        copy_eight(d + 8, s + 8);
    }
}

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
    unsigned long user = SATP_SV39 | (unsigned long)asid << SATP_ASID_SHIFT | root_pa >> PAGE_SHIFT;
    csr_write(satp, root_pa != 0 ? user : kernel_satp);
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
