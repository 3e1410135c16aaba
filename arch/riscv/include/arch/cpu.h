/* arch/cpu.h - the inlines of hal/cpu.h: sstatus.SIE. */
#pragma once
#include <arch/sysreg.h>
#include <stdbool.h>
#include <stdint.h>

static inline unsigned long hal_irq_save(void)
{
    unsigned long s;
    __asm__ volatile("csrrci %0, sstatus, 2" : "=r"(s) : : "memory");
    return s & SSTATUS_SIE;
}

static inline void hal_irq_restore(unsigned long s)
{
    csr_set(sstatus, s);
}

static inline void hal_irq_disable(void)
{
    csr_clear(sstatus, SSTATUS_SIE);
}

static inline void hal_irq_enable(void)
{
    csr_set(sstatus, SSTATUS_SIE);
}

static inline bool hal_irq_enabled(void)
{
    return (csr_read(sstatus) & SSTATUS_SIE) != 0;
}

extern bool riscv_has_sstc; /* all harts have it. Constant after riscv_timer_probe() */

/*
 * pause (Zihintpause) is a hint, and a no-op elsewhere. In QEMU with -icount all CPUs take turns on one
 * thread of the host, and pause does not end a turn, which lasts until the next alarm of any CPU. An alarm
 * that is due before that ends it: here is one, and gone again.
 */
static inline void hal_cpu_relax(void)
{
    __asm__ volatile(".insn i 0x0f, 0, x0, x0, 0x010" : : : "memory");
    if (riscv_has_sstc) {
        unsigned long s = hal_irq_save();
        unsigned long alarm = csr_read(CSR_STIMECMP);
        csr_write(CSR_STIMECMP, csr_read(time) + 1);
        csr_write(CSR_STIMECMP, alarm);
        hal_irq_restore(s);
    }
}

static inline uintptr_t hal_sp(void)
{
    uintptr_t sp;
    __asm__ volatile("mv %0, sp" : "=r"(sp));
    return sp;
}
