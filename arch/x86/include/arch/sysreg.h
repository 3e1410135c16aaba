/* arch/sysreg.h - ports, control registers, MSRs, CPUID: one instruction each (Intel SDM vol. 2). */
#pragma once
#include <stdint.h>

#define CR0_TS (1ul << 3) /* floating point is off */

#define CR4_PGE        (1ul << 7)
#define CR4_OSFXSR     (1ul << 9)
#define CR4_OSXMMEXCPT (1ul << 10)

#define MSR_APIC_BASE 0x1b
#define MSR_EFER      0xc0000080

#define EFER_NXE       (1ull << 11)
#define APIC_BASE_BOOT_CPU (1ull << 8)
#define APIC_BASE_X2   (1ull << 10)
#define APIC_BASE_ON   (1ull << 11)

#define CPUID_FEATURES 1
#define CPUID_EXTENDED 0x80000001
#define CPUID_BRAND    0x80000002 /* and two more */
#define CPUID_EDX_PGE  (1ul << 13) /* of CPUID_FEATURES */
#define CPUID_EDX_SSE  (1ul << 25) /* the same */
#define CPUID_EDX_NX   (1ul << 20) /* of CPUID_EXTENDED */

static inline uint8_t inb(uint16_t port)
{
    uint8_t v;
    __asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
    return v;
}

static inline void outb(uint16_t port, uint8_t v)
{
    __asm__ volatile("outb %0, %1" : : "a"(v), "Nd"(port) : "memory");
}

static inline void outw(uint16_t port, uint16_t v)
{
    __asm__ volatile("outw %0, %1" : : "a"(v), "Nd"(port) : "memory");
}

#define cr_read(cr)                                                                                        \
    ({                                                                                                     \
        unsigned long v_;                                                                                  \
        __asm__ volatile("mov %%" #cr ", %0" : "=r"(v_) : : "memory");                                     \
        v_;                                                                                                \
    })
#define cr_write(cr, v) __asm__ volatile("mov %0, %%" #cr : : "r"((unsigned long)(v)) : "memory")

static inline uint64_t msr_read(uint32_t msr)
{
    uint32_t low, high;
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr) : "memory");
    return (uint64_t)high << 32 | low;
}

static inline void msr_write(uint32_t msr, uint64_t v)
{
    __asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)v), "d"((uint32_t)(v >> 32)) : "memory");
}

struct cpuid {
    uint32_t eax, ebx, ecx, edx;
};

/* All zero if the CPU does not know that leaf. */
static inline struct cpuid cpuid(uint32_t leaf)
{
    struct cpuid r = { leaf & 0x80000000, 0, 0, 0 };
    __asm__ volatile("cpuid" : "+a"(r.eax), "=b"(r.ebx), "+c"(r.ecx), "=d"(r.edx));
    if (r.eax < leaf)
        return (struct cpuid){ 0, 0, 0, 0 };
    r = (struct cpuid){ leaf, 0, 0, 0 };
    __asm__ volatile("cpuid" : "+a"(r.eax), "=b"(r.ebx), "+c"(r.ecx), "=d"(r.edx));
    return r;
}
