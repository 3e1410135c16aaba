/* arch/cpu.h - the inlines of hal/cpu.h: the I bit of DAIF. FIQ and SError stay masked. */
#pragma once
#include <arch/sysreg.h>
#include <stdbool.h>
#include <stdint.h>

static inline unsigned long hal_irq_save(void)
{
    unsigned long s = sysreg_read(daif);
    __asm__ volatile("msr daifset, #2" : : : "memory");
    return s;
}

static inline void hal_irq_restore(unsigned long s)
{
    sysreg_write(daif, s);
}

static inline void hal_irq_disable(void)
{
    __asm__ volatile("msr daifset, #2" : : : "memory");
}

static inline void hal_irq_enable(void)
{
    __asm__ volatile("msr daifclr, #2" : : : "memory");
}

static inline bool hal_irq_enabled(void)
{
    return (sysreg_read(daif) & DAIF_I) == 0;
}

static inline uintptr_t hal_sp(void)
{
    uintptr_t sp;
    __asm__ volatile("mov %0, sp" : "=r"(sp));
    return sp;
}
