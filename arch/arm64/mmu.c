/* mmu.c - TTBR0_EL1, TTBR1_EL1 and tlbi (Arm ARM D8.13, TLB maintenance); and the data cache, by address. */
#include <arch/arm64.h>
#include <arch/sysreg.h>
#include <hal/mmu.h>
#include <hal/pte.h>
#include <kernel/config.h>
#include <lib/util.h>

enum {
    LINES = 64,            /* what is moved at a time */
    DCZID_SIZE = 0xf,      /* log2 of the words that dc zva clears; */
    DCZID_PROHIBITED = 16, /*   if it may be used (Arm ARM D17.2.39) */
};

/* By dc zva a cache line at a time, which need not be read from memory first. */
void hal_page_zero(void *page)
{
    char *p = page, *end = p + PAGE_SIZE;
    uint64_t id = sysreg_read(dczid_el0);
    size_t block = (size_t)4 << (id & DCZID_SIZE);
    if (id & DCZID_PROHIBITED || block > PAGE_SIZE) {
        for (; p < end; p += LINES)
            __asm__ volatile("stp xzr, xzr, [%0]\n\tstp xzr, xzr, [%0, 16]\n\t"
                             "stp xzr, xzr, [%0, 32]\n\tstp xzr, xzr, [%0, 48]"
                             :
                             : "r"(p)
                             : "memory");
        return;
    }
    for (; p < end; p += block)
        __asm__ volatile("dc zva, %0" : : "r"(p) : "memory");
}

void hal_page_copy(void *to, const void *from)
{
    const char *s = from, *end = s + PAGE_SIZE;
    for (char *d = to; s < end; s += LINES, d += LINES) {
        uint64_t a, b, c, e, f, g, h, i;
        __asm__ volatile("ldp %0, %1, [%8]\n\tldp %2, %3, [%8, 16]\n\t"
                         "ldp %4, %5, [%8, 32]\n\tldp %6, %7, [%8, 48]\n\t"
                         "stp %0, %1, [%9]\n\tstp %2, %3, [%9, 16]\n\t"
                         "stp %4, %5, [%9, 32]\n\tstp %6, %7, [%9, 48]"
                         : "=&r"(a), "=&r"(b), "=&r"(c), "=&r"(e), "=&r"(f), "=&r"(g), "=&r"(h), "=&r"(i)
                         : "r"(s), "r"(d)
                         : "memory");
    }
}

static pte_t empty[PT_ENTRIES] __attribute__((aligned(PAGE_SIZE)));

void arm64_dcache_flush(const void *va, size_t size)
{
    uintptr_t end = (uintptr_t)va + size;
    for (uintptr_t line = align_down((uintptr_t)va, CACHE_LINE); line < end; line += CACHE_LINE)
        __asm__ volatile("dc civac, %0" : : "r"(line) : "memory");
    __asm__ volatile("dsb sy" : : : "memory");
}

/* boot.S chose as many bits (Arm ARM D17.2.64, ID_AA64MMFR0_EL1). */
unsigned arm64_mmu_asids(void)
{
    return sysreg_read(id_aa64mmfr0_el1) & 1 << MMFR0_ASID_BIT ? 1u << 16 : 1u << 8;
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

/*
 * Tree and ASID change in one write. The tree without entries has ASID 0, whatever asid says. Returning to
 * user mode would do for the isb, but not for a kernel that follows a null pointer.
 */
void hal_pt_switch(uintptr_t root_pa, unsigned asid)
{
    uint64_t ttbr = root_pa != 0 ? root_pa | (uint64_t)asid << TTBR_ASID : hal_v2p(empty);
    __asm__ volatile("dsb ishst" : : : "memory"); /* entries just written, for the walk */
    sysreg_write(ttbr0_el1, ttbr);
    __asm__ volatile("isb" : : : "memory");
}

/*
 * CTR_EL0 says log2 of the words in the smallest lines. The instruction caches here are tagged by physical
 * address, so any virtual one will do (Cortex-A72 TRM 6.1; Arm ARM B2.4.4).
 */
void hal_code_sync(const void *va, size_t size)
{
    uint64_t ctr = sysreg_read(ctr_el0);
    uintptr_t data = (uintptr_t)4 << (ctr >> 16 & 15), code = (uintptr_t)4 << (ctr & 15);
    uintptr_t end = (uintptr_t)va + size;
    for (uintptr_t line = align_down((uintptr_t)va, data); line < end; line += data)
        __asm__ volatile("dc cvau, %0" : : "r"(line) : "memory");
    __asm__ volatile("dsb ish" : : : "memory");
    for (uintptr_t line = align_down((uintptr_t)va, code); line < end; line += code)
        __asm__ volatile("ic ivau, %0" : : "r"(line) : "memory");
    __asm__ volatile("dsb ish\n isb" : : : "memory");
}

void hal_tlb_flush(uintptr_t va)
{
    __asm__ volatile("dsb ishst\n tlbi vaae1is, %0\n dsb ish\n isb" : : "r"(va >> PAGE_SHIFT) : "memory");
}

void hal_tlb_flush_all(void)
{
    __asm__ volatile("dsb ishst\n tlbi vmalle1is\n dsb ish\n isb" : : : "memory");
}
