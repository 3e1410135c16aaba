/* arch/cpu.h - the inlines of hal/cpu.h: sstatus.SIE. */
#pragma once
#include <arch/sysreg.h>
#include <stdbool.h>

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

static inline void hal_cpu_relax(void)
{
    /* pause (Zihintpause): a hint, no-op elsewhere */
    __asm__ volatile(".insn i 0x0f, 0, x0, x0, 0x010" : : : "memory");
}
