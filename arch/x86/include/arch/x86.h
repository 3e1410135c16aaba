/* arch/x86.h - what the files of this port share. */
#pragma once
#include <hal/boot.h>
#include <hal/pte.h>
#include <kernel/config.h>
#include <stdbool.h>
#include <stdint.h>

struct hal_frame;

/*
 * Interrupt vectors; below lie the exceptions. Each line has its own, and all of them, with the one of the
 * local APIC's spurious interrupts, whose lowest bits must be set, fit into one word of its registers.
 */
#define X86_EXCEPTIONS      32
#define X86_VECTOR_LINES    32
#define X86_LINES           32
#define X86_VECTOR_SPURIOUS 63
#define X86_VECTOR_SYSCALL  0x80
#define X86_VECTORS         256

#define X86_STUB_SIZE 16 /* bytes of each of the entry points in x86_trap_stubs */

/* Interrupt lines: those of the ISA bus under their own numbers, 0 to 15. */
enum { X86_IRQ_TIMER = 16, X86_IRQ_IPI = 17 };

_Noreturn void early_main(uintptr_t info_pa, uint64_t entry_tsc);
_Noreturn void x86_secondary_main(unsigned cpu);
void x86_trap(struct hal_frame *f, bool emergency);
_Noreturn void x86_overflow(void);

/* irqs off, boot, once each. */
void x86_trap_init(void);
void x86_mmu_probe(void);
void x86_irqchip_probe(void);
uint32_t x86_timer_probe(void); /* Returns the rate of hal_timer_now(). */
void x86_pte_enable_nx(void);   /* Entries made from here on forbid execution. */

/*
 * irqs off. The top table in use has got an entry for the user half that this CPU has not read; now it has,
 * and it is worth to try again.
 */
bool x86_mmu_reload(void);

/* The same, after x86_irqchip_probe(). Returns how many CPUs can be used. */
unsigned x86_smp_probe(const struct boot_ranges *ram, uint32_t timer_hz);

/* irqs off. Sends what the lower half of the ICR says. What this CPU wrote before, that one sees. */
void x86_ipi(uint8_t apic_id, uint32_t command);

/* What boot.asm needs on a further CPU. Constant from the first start on, but for what belongs to one CPU. */
struct x86_secondary {
    uint32_t nx, cr3, cr4; /* nx: not 0 if EFER.NXE is to be set */
    uint32_t apic_id[MAX_CPUS];
    uintptr_t stack_top[MAX_CPUS];
};

extern struct x86_secondary x86_secondary;
extern const char x86_trampoline[], x86_trampoline_end[];

extern pte_t x86_boot_directory[PT_ENTRIES]; /* of the upper GiB, until hal_pt_kernel() */

extern char x86_trap_stubs[X86_VECTORS][X86_STUB_SIZE];
extern char x86_thread_entry[];
extern char x86_boot_stack[];
extern char x86_emergency_stacks[MAX_CPUS][KSTACK_SLOT];
