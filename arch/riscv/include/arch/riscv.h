/* arch/riscv.h - what the files of this port share. */
#pragma once
#include <kernel/config.h>
#include <lib/fdt.h>
#include <stdbool.h>
#include <stdint.h>

struct hal_frame;

/* Interrupt lines: those of the PLIC under their own numbers, of which it has no 0. */
enum { RISCV_IRQ_TIMER = 0, RISCV_IRQ_IPI = MAX_IRQS - 1 };

_Noreturn void early_main(unsigned long hart, uintptr_t dtb_pa, uint64_t entry_ticks);
void riscv_trap(struct hal_frame *f, bool emergency);

/* irqs off, boot, once each. */
void riscv_trap_init(void);
void riscv_irqchip_probe(const struct dt *dt, unsigned long hart);
void riscv_timer_probe(const struct dt *dt);

extern char riscv_trap_entry[];
extern char riscv_thread_entry[];
