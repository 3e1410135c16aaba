/* arch/arm64.h - what the files of this port share. */
#pragma once
#include <arch/sysreg.h>
#include <lib/fdt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arm64_fpu;
struct hal_frame;

/* Interrupt lines: those of the GIC under their own numbers. */
enum { ARM64_IRQ_IPI = 0, ARM64_IRQ_TIMER = 27 }; /* a software interrupt; the virtual timer */

/*
 * Vectors, by their place in the table (Arm ARM D1.3): those that are expected, of EL1 on its own stack, and
 * of user mode in 64 bits, whose vectors are all from VECTOR_USER on; and what entry.S adds on the emergency
 * stack.
 */
enum { VECTOR_SYNC = 4, VECTOR_IRQ = 5, VECTOR_USER = 8, VECTOR_USER_SYNC = 8, VECTOR_USER_IRQ = 9 };
enum { VECTORS = 16, VECTOR_EMERGENCY = 16 };

/*
 * What a CPU needs that waits in boot.S. It looks with MMU and caches off: what is written here has to be
 * flushed. Nobody else has anything in its cache line.
 */
struct arm64_start {
    uintptr_t stack_top; /* what it waits for: not 0. All else is there before. */
    uintptr_t root;      /* physical */
    unsigned long cpu;
} __attribute__((aligned(CACHE_LINE)));

/* Where a CPU stands among the BOARD_CPUS of the board, which need not be its number. */
static inline unsigned arm64_place(void)
{
    return sysreg_read(mpidr_el1) & MPIDR_CPU;
}

_Noreturn void early_main(uintptr_t params_pa, uint64_t entry_ticks);
_Noreturn void arm64_secondary_main(unsigned cpu);
void arm64_trap(struct hal_frame *f, unsigned vector);

/* irqs off, boot, once each. */
uint32_t arm64_timer_probe(void);              /* ticks a second */
unsigned arm64_mmu_asids(void);                /* how many */
unsigned arm64_smp_probe(const struct dt *dt); /* dt NULL: there is none. How many CPUs. */

/* irqs off, once per CPU. */
void arm64_trap_init(void);
void arm64_user_init_cpu(void);    /* What user mode may do without a trap, besides SCTLR_USER. */
void arm64_mmu_end_identity(void); /* Nothing is mapped in the lower half any more. */

/* irqs off. ARM64_IRQ_IPI becomes pending on one CPU; and on all that have no part in the kernel yet. */
void arm64_irqchip_call(unsigned place);
void arm64_irqchip_call_waiting(void);

/* Any context. This CPU gets no interrupt any more, so that wfi waits for good. */
void arm64_irqchip_stop(void);

/* Any context. What the caches know of it goes to memory, and they forget it: for who sees memory only. */
void arm64_dcache_flush(const void *va, size_t size);

/* irqs off, lower half as boot.S made it. boot.S, which says why. */
void arm64_replace_kernel_half(uintptr_t root_pa, uintptr_t empty_pa);

/* irqs off, floating point on. The registers q0 to q31. */
void arm64_fpu_save(struct arm64_fpu *to);
void arm64_fpu_load(const struct arm64_fpu *from);

extern struct arm64_start arm64_starts[]; /* by place */
extern char arm64_vectors[];
extern char arm64_thread_entry[];
