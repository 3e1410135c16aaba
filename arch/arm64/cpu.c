/* cpu.c - this CPU's waiting and its end. */
#include <arch/arm64.h>
#include <hal/cpu.h>

void hal_cpu_relax(void)
{
    __asm__ volatile("yield" : : : "memory");
}

/* wfi ends when an interrupt is pending, masked in DAIF or not (Arm ARM D1.6, wait for interrupt). */
void hal_cpu_idle(void)
{
    __asm__ volatile("dsb sy\n wfi" : : : "memory");
}

void hal_halt(void)
{
    hal_irq_save();
    arm64_irqchip_stop();
    for (;;)
        hal_cpu_idle();
}
