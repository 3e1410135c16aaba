/* arch/x86.h - what the files of this port share. */
#pragma once
#include <hal/pte.h>
#include <stdbool.h>
#include <stdint.h>

struct hal_frame;

/* Interrupt vectors; below lie the exceptions. */
#define X86_EXCEPTIONS      32
#define X86_VECTOR_PIC      32 /* and 15 more */
#define X86_VECTOR_TIMER    48
#define X86_VECTOR_SPURIOUS 255
#define X86_VECTORS         256

#define X86_STUB_SIZE 16 /* bytes of each of the entry points in x86_trap_stubs */

/* Interrupt lines: those of the two 8259As under their own numbers, 0 to 15. */
enum { X86_IRQ_TIMER = 16, X86_IRQ_IPI = 17 };

_Noreturn void early_main(uintptr_t info_pa, uint64_t entry_tsc);
void x86_trap(struct hal_frame *f, bool emergency);
_Noreturn void x86_overflow(void);

/* irqs off, boot, once each. */
void x86_trap_init(void);
void x86_mmu_probe(void);
void x86_irqchip_probe(void);
uint32_t x86_timer_probe(void); /* Returns the rate of hal_timer_now(). */
void x86_pte_enable_nx(void);   /* Entries made from here on forbid execution. */

/* irqs off. What hal_irq_claim() will tell. */
void x86_irq_arrived(unsigned vector);

extern pte_t x86_boot_directory[PT_ENTRIES]; /* of the upper GiB, until hal_pt_kernel() */

extern char x86_trap_stubs[X86_VECTORS][X86_STUB_SIZE];
extern char x86_thread_entry[];
extern char x86_boot_stack[];
extern char x86_emergency_stack[];
