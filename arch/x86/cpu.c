/* cpu.c - this CPU's waiting and its end. */
#include <hal/cpu.h>

void hal_cpu_relax(void)
{
    __asm__ volatile("pause" : : : "memory");
}

/*
 * hlt ends when an interrupt is taken, so they must be on. sti works only behind the next instruction (Intel
 * SDM vol. 2B, STI): none can come between it and hlt and be missed. Here, unlike on the other ports, the
 * interrupt is handled before this returns, and other threads may have run meanwhile.
 */
void hal_cpu_idle(void)
{
    __asm__ volatile("sti\n\thlt\n\tcli" : : : "memory");
}

void hal_halt(void)
{
    hal_irq_save();
    for (;;)
        __asm__ volatile("hlt" : : : "memory"); /* only an NMI ends it */
}
