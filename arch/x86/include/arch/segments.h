/* arch/segments.h - selectors, the task-state segments, and what can be asked of segments.c. */
#pragma once
#include <stdint.h>

/* In the order of the table in segments.c. */
#define SEG_NONE         0x00
#define SEG_KERNEL_CODE  0x08
#define SEG_KERNEL_DATA  0x10
#define SEG_USER_CODE    0x1b
#define SEG_USER_DATA    0x23
#define SEG_TSS          0x28
#define SEG_TSS_OVERFLOW 0x30

#define SEG_RPL_USER 3 /* these bits are set in the cs of user code */

struct tss { /* Intel SDM vol. 3A 8.2.1; of 16-bit fields the other half is reserved */
    uint32_t previous;
    uint32_t esp0, ss0, esp1, ss1, esp2, ss2;
    uint32_t cr3, eip, eflags;
    uint32_t eax, ecx, edx, ebx, esp, ebp, esi, edi;
    uint32_t es, cs, ss, ds, fs, gs;
    uint32_t ldt;
    uint16_t trap, io_map;
};

/* irqs off, once on each CPU. GDT and task states of its own; the IDT, made by CPU 0, is the same for all. */
void x86_segments_init(unsigned cpu, uintptr_t stack_top);

/* irqs off, boot CPU. Its page tables when it has no stack left; the others come later, and have them. */
void x86_segments_set_cr3(uintptr_t root_pa);
