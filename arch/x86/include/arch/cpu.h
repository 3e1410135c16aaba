/* arch/cpu.h - the inlines of hal/cpu.h: EFLAGS.IF. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define EFLAGS_IF (1ul << 9)

/* The whole of EFLAGS is kept and put back: nobody minds the other flags, and to pick one out costs. */
static inline unsigned long hal_irq_save(void)
{
    unsigned long s;
    __asm__ volatile("pushf\n\tpop %0\n\tcli" : "=r"(s) : : "memory");
    return s;
}

static inline void hal_irq_restore(unsigned long s)
{
    __asm__ volatile("push %0\n\tpopf" : : "rm"(s) : "memory", "cc");
}

static inline void hal_irq_disable(void)
{
    __asm__ volatile("cli" : : : "memory");
}

static inline void hal_irq_enable(void)
{
    __asm__ volatile("sti" : : : "memory");
}

static inline bool hal_irq_enabled(void)
{
    unsigned long s;
    __asm__ volatile("pushf\n\tpop %0" : "=r"(s) : : "memory");
    return (s & EFLAGS_IF) != 0;
}

static inline uintptr_t hal_sp(void)
{
    uintptr_t sp;
    __asm__ volatile("mov %%esp, %0" : "=r"(sp));
    return sp;
}
