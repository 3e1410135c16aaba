/* arch/segments.h - selectors, the task-state segments, and what can be asked of segments.c. */
#pragma once
#include <kernel/config.h>
#include <lib/util.h>
#include <stdint.h>

/* Entries of the GDT. Programs find those of their threads where Linux has them: from number 6 on. */
#define SEG_NONE         0x00
#define SEG_KERNEL_CODE  0x08
#define SEG_KERNEL_DATA  0x10
#define SEG_USER_CODE    0x1b
#define SEG_USER_DATA    0x23
#define SEG_TSS          0x28
#define SEG_TLS_FIRST    6 /* an entry number: the selector is 8 times that, and SEG_RPL_USER */
#define SEG_TLS_COUNT    3
#define SEG_TSS_OVERFLOW 0x48

#define SEG_RPL_USER 3 /* these bits are set in the cs of user code */

/* Of a descriptor, its upper word (Intel SDM vol. 3A 3.4.5). */
#define SEG_WRITABLE (1u << 9) /* of data */

struct tss { /* Intel SDM vol. 3A 8.2.1; of 16-bit fields the other half is reserved */
    uint32_t previous;
    uint32_t esp0, ss0, esp1, ss1, esp2, ss2;
    uint32_t cr3, eip, eflags;
    uint32_t eax, ecx, edx, ebx, esp, ebp, esi, edi;
    uint32_t es, cs, ss, ds, fs, gs;
    uint32_t ldt;
    uint16_t trap, io_map;
};

/* What belongs to one CPU. */
struct x86_own {
    struct tss tss, overflow;
    uint64_t gdt[SEG_TSS_OVERFLOW / 8 + 1];
    uint32_t top[2]; /* lower words of the top table's entries for the user half, as read with CR3 */
};

/* irqs off. This CPU's: where its GDT is, the CPU itself knows. */
static inline struct x86_own *x86_own(void)
{
    struct __attribute__((packed)) {
        uint16_t limit;
        const void *base;
    } gdtr;
    __asm__ volatile("sgdt %0" : "=m"(gdtr));
    return container_of(gdtr.base, struct x86_own, gdt);
}

/* irqs off, once on each CPU. GDT and task states of its own; the IDT, made by CPU 0, is the same for all. */
void x86_segments_init(unsigned cpu, uintptr_t stack_top);

/* irqs off, boot CPU. Its page tables when it has no stack left; the others come later, and have them. */
void x86_segments_set_cr3(uintptr_t root_pa);
