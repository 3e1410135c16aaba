/* cpu.c - this CPU's waiting and its end. */
#include <arch/riscv.h>
#include <arch/sysreg.h>
#include <hal/cpu.h>

enum { SOON = 1000 }; /* ticks: not over by the next instruction, however slow the clock makes us */

/*
 * pause (Zihintpause) is a hint, and a no-op elsewhere. In QEMU with -icount all CPUs take turns on one
 * thread of the host, and pause does not end a turn, which lasts until the next alarm of any CPU. An alarm
 * that is due before that ends it: here is one, and gone again.
 */
void hal_cpu_relax(void)
{
    __asm__ volatile(".insn i 0x0f, 0, x0, x0, 0x010" : : : "memory");
    if (riscv_has_sstc) {
        unsigned long s = hal_irq_save();
        unsigned long alarm = csr_read(CSR_STIMECMP);
        csr_write(CSR_STIMECMP, csr_read(time) + SOON);
        csr_write(CSR_STIMECMP, alarm);
        hal_irq_restore(s);
    }
}

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
