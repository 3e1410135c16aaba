/* mmu.c - cr3, cr4, invlpg. */
#include <arch/layout.h>
#include <arch/segments.h>
#include <arch/sysreg.h>
#include <arch/x86.h>
#include <hal/cpu.h>
#include <hal/info.h>
#include <hal/mmu.h>
#include <kernel/config.h>
#include <lib/util.h>

/* A prefix counts as one instruction per turn in virtual time, and costs less than a loop anywhere. */
void hal_page_zero(void *page)
{
    size_t words = PAGE_SIZE / sizeof(uint32_t);
    __asm__ volatile("rep stosl" : "+D"(page), "+c"(words) : "a"(0) : "memory");
}

void hal_page_copy(void *to, const void *from)
{
    size_t words = PAGE_SIZE / sizeof(uint32_t);
    __asm__ volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
}

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

/*
 * Loading cr3 reads the top table, whose entries for the user half are noted first: if another CPU writes one
 * meanwhile, then what we noted is older than what the CPU has, and the worst is one load more.
 */
static void load(uintptr_t root_pa)
{
    const volatile pte_t *root = hal_p2v(root_pa);
    struct x86_own *own = x86_own();
    for (unsigned i = 0; i < ARRAY_SIZE(own->top); i++)
        own->top[i] = (uint32_t)root[i];
    cr_write(cr3, root_pa);
}

void hal_pt_switch(uintptr_t root_pa, unsigned asid)
{
    (void)asid;
    load(root_pa != 0 ? root_pa : x86_secondary.cr3);
}

void hal_code_sync(const void *va, size_t size)
{
    (void)va; /* caches are coherent, and iret lets no instruction that was fetched before pass */
    (void)size;
}

/*
 * The entries of the top table a CPU reads only when cr3 is written, present or not (SDM vol. 3A 4.4.1). So a
 * program may fault where another CPU, or this one for it, has put the first page of its GiB into the tree.
 */
bool x86_mmu_reload(void)
{
    uintptr_t root_pa = cr_read(cr3);
    const volatile pte_t *root = hal_p2v(root_pa);
    const struct x86_own *own = x86_own();
    bool changed = false;
    for (unsigned i = 0; i < ARRAY_SIZE(own->top); i++)
        changed |= own->top[i] != (uint32_t)root[i];
    if (changed)
        load(root_pa);
    return changed;
}

void hal_tlb_flush(uintptr_t va)
{
    __asm__ volatile("invlpg (%0)" : : "r"(va) : "memory");
    if (va < KERNEL_BASE) {
        unsigned long s = hal_irq_save();
        x86_mmu_reload();
        hal_irq_restore(s);
    }
}

/* A change of CR4.PGE takes global entries too (SDM vol. 3A 4.10.4.1), and reads the top table (4.4.1). */
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
