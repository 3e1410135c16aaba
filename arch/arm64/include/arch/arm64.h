/* arch/arm64.h - what the files of this port share. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hal_frame;

/* Interrupt lines: those of the GIC under their own numbers. */
enum { ARM64_IRQ_IPI = 0, ARM64_IRQ_TIMER = 27 }; /* a software interrupt; the virtual timer */

/* Vectors, by their place in the table (Arm ARM D1.3): the two that are expected, of EL1 on its own stack. */
enum { VECTOR_SYNC = 4, VECTOR_IRQ = 5, VECTORS = 16 };

_Noreturn void early_main(uintptr_t params_pa, uint64_t entry_ticks);
void arm64_trap(struct hal_frame *f, bool emergency, unsigned vector);

/* irqs off, boot, once each. */
void     arm64_trap_init(void);
uint32_t arm64_timer_probe(void); /* ticks a second */

/* Any context. This CPU gets no interrupt any more, so that wfi waits for good. */
void arm64_irqchip_stop(void);

/* Any context. What the caches know of it goes to memory, and they forget it: for who sees memory only. */
void arm64_dcache_flush(const void *va, size_t size);

/* irqs off, lower half as boot.S made it. boot.S, which says why. */
void arm64_replace_kernel_half(uintptr_t root_pa, uintptr_t empty_pa);

extern char arm64_vectors[];
extern char arm64_thread_entry[];
