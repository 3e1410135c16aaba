/* arch/riscv.h - what the files of this port share. */
#pragma once
#include <arch/frame.h>
#include <kernel/config.h>
#include <lib/fdt.h>
#include <stdbool.h>
#include <stdint.h>

/* Interrupt lines: those of the PLIC under their own numbers, of which it has no 0. */
enum { RISCV_IRQ_TIMER = 0, RISCV_IRQ_IPI = MAX_IRQS - 1 };

/* What entry.S finds by sscratch, at the top of this hart's emergency stack. */
struct riscv_hart {
    struct hal_frame emergency; /* first: its place is what sscratch says */
    struct hal_frame *user;     /* where the next trap from user mode saves the registers */
    unsigned long user_sp;      /* scratch */
};

_Static_assert(sizeof(struct riscv_hart) % 16 == 0, "the stack below stays 16-byte aligned");

/* What a hart needs that begins in boot.S: constant from its start on. */
struct riscv_start {
    uintptr_t stack_top;
    uintptr_t satp; /* the kernel's tree */
    unsigned cpu;
};

_Noreturn void early_main(unsigned long hart, uintptr_t dtb_pa, uint64_t entry_ticks);
_Noreturn void riscv_secondary_main(const struct riscv_start *start);
void riscv_trap(struct hal_frame *f, bool emergency);
void riscv_user_trap(struct hal_frame *f);

/* irqs off, boot, once each. */
void riscv_irqchip_probe(const struct dt *dt, unsigned long hart);
void riscv_mmu_probe(void);
void riscv_timer_probe(const struct dt *dt);
void riscv_user_probe(const struct dt *dt);
unsigned riscv_smp_probe(const struct dt *dt, unsigned long hart, uint32_t timer_hz); /* How many CPUs. */

/* Any context. Does the device tree say that all harts have this extension (of one letter, or more)? */
bool riscv_has_extension(const struct dt *dt, const char *name);

/* irqs off, once per CPU. */
void riscv_trap_init(unsigned cpu);

/* Any context, after hal_pt_kernel(). For satp. */
uintptr_t riscv_kernel_satp(void);

extern char riscv_secondary_boot[];
extern bool riscv_has_sstc; /* all harts have it. Constant after riscv_timer_probe() */
extern bool riscv_has_fpu;  /* the same for F and D. Constant after riscv_user_probe() */

extern char riscv_trap_entry[];
extern char riscv_user_entry[];
extern char riscv_thread_entry[];
