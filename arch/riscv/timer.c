/* timer.c - the alarm: stimecmp where the CPU has Sstc, else the firmware (SBI 2.0, chapter 6). */
#include <arch/riscv.h>
#include <arch/sbi.h>
#include <arch/sysreg.h>
#include <hal/irqchip.h>
#include <hal/timer.h>

bool riscv_has_sstc;

void riscv_timer_probe(const struct dt *dt)
{
    riscv_has_sstc = riscv_has_extension(dt, "sstc");
}

void hal_timer_init_cpu(void)
{
    hal_timer_arm(UINT64_MAX);
    hal_irq_unmask(RISCV_IRQ_TIMER);
}

/* The interrupt is pending while the counter is not before the alarm: moving the alarm away quiets it. */
void hal_timer_arm(uint64_t when)
{
    if (riscv_has_sstc)
        csr_write(CSR_STIMECMP, when);
    else
        sbi_call(SBI_EXT_TIME, 0, when, 0, 0);
}
