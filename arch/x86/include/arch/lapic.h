/* arch/lapic.h - registers of this CPU's local APIC (Intel SDM vol. 3A, APIC, its register address map). */
#pragma once
#include <stdint.h>

#define LAPIC_PA 0xfee00000 /* where it is after a reset, and where irqchip.c leaves it; va == pa */

enum {
    LAPIC_ID = 0x020,
    LAPIC_TPR = 0x080,
    LAPIC_EOI = 0x0b0,
    LAPIC_SVR = 0x0f0,
    LAPIC_ISR = 0x100, /* in service: 32 vectors in every fourth word */
    LAPIC_ICR = 0x300, /* writing this half sends */
    LAPIC_ICR_HIGH = 0x310,
    LAPIC_LVT_TIMER = 0x320,
    LAPIC_LVT_LINT0 = 0x350,
    LAPIC_LVT_LINT1 = 0x360,
    LAPIC_TIMER_INITIAL = 0x380,
    LAPIC_TIMER_CURRENT = 0x390,
    LAPIC_TIMER_DIVIDE = 0x3e0,
};

enum {
    SVR_ENABLE = 1 << 8,
    LVT_NMI = 4 << 8,
    LVT_EXTINT = 7 << 8, /* the 8259As tell the vector */
    LVT_MASKED = 1 << 16,
    DIVIDE_BY_1 = 11,
    ICR_INIT = 5 << 8 | 1 << 14, /* the bit says that it is not a "de-assert" */
    ICR_START_UP = 6 << 8 | 1 << 14, /* and the number of a page */
    ICR_ASSERT = 1 << 14, /* and a vector */
    ICR_PENDING = 1 << 12,
    LAPIC_ID_SHIFT = 24, /* in LAPIC_ID and LAPIC_ICR_HIGH */
};

static inline uint32_t lapic_read(unsigned reg)
{
    return *(volatile uint32_t *)(uintptr_t)(LAPIC_PA + reg);
}

static inline void lapic_write(unsigned reg, uint32_t v)
{
    *(volatile uint32_t *)(uintptr_t)(LAPIC_PA + reg) = v;
}
