/* cpu.c - this CPU's waiting and its end. */
#include <arch/sysreg.h>
#include <hal/cpu.h>

/*
 * wfi ends when an interrupt that sie enables is pending, sstatus.SIE or not (Privileged Architecture 3.3.3).
 */
void hal_cpu_idle(void)
{
    __asm__ volatile("wfi" : : : "memory");
}

void hal_halt(void)
{
    hal_irq_save();
    csr_write(sie, 0);
    for (;;)
        hal_cpu_idle();
}
