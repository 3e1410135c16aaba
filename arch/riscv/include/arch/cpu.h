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

static inline uintptr_t hal_sp(void)
{
    uintptr_t sp;
    __asm__ volatile("mv %0, sp" : "=r"(sp));
    return sp;
}
