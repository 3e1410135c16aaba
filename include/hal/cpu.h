/*
 * hal/cpu.h - this CPU: its interrupt switch, its waiting, its end.        port: cpu.c, arch/cpu.h
 *
 * The rule everywhere: interrupts on, exactly when no spinlock is held, exactly when preemptible.
 * The inlines are written in <arch/cpu.h>; a port that forgets one does not compile.
 * Atomics need no HAL: the core uses <stdatomic.h> on 32-bit and pointer-sized objects (RISC-V has no
 * narrower ones, i386 no wider ones without a library).
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* Any context. Off; returns what to restore. Nests. */
static inline unsigned long hal_irq_save(void);
/* Any context. Back to what hal_irq_save() saw. */
static inline void          hal_irq_restore(unsigned long s);
static inline void          hal_irq_disable(void);           /* Off. Any context. */
static inline void          hal_irq_enable(void);            /* On. No spinlock held. */
static inline bool          hal_irq_enabled(void);           /* Any context. */
/* Any context. The stack pointer, read anew by each call: behind a switch what was known of it may be old. */
static inline uintptr_t     hal_sp(void);

void hal_cpu_relax(void);                /* Any context. The body of a loop that waits for another CPU. */

/*
 * irqs off on entry and return. Waits until an interrupt is pending; one that came after the caller's last
 * look ends the wait at once. It stays pending, or it has been taken by the time this returns (x86), and
 * other threads may then have run.
 */
void hal_cpu_idle(void);
_Noreturn void hal_halt(void);           /* Any context. irqs off; this CPU stops for good, using no power. */

#include <arch/cpu.h>
