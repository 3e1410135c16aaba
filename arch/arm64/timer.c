/* timer.c - the alarm: the virtual timer, which EL1 may always use (Arm ARM D11.2.4). */
#include <arch/arm64.h>
#include <arch/sysreg.h>
#include <hal/irqchip.h>
#include <hal/timer.h>
#include <kernel/printk.h>

uint32_t arm64_timer_probe(void)
{
    uint32_t hz = (uint32_t)sysreg_read(cntfrq_el0);
    if (hz == 0)
        panic("CNTFRQ_EL0 is 0: the firmware has to say how fast the counter runs");
    return hz;
}

void hal_timer_init_cpu(void)
{
    hal_timer_arm(UINT64_MAX);
    sysreg_write(cntv_ctl_el0, CNTV_CTL_ENABLE);
    hal_irq_unmask(ARM64_IRQ_TIMER);
}

/* The interrupt is pending while the counter is not before the alarm: moving the alarm away quiets it. */
void hal_timer_arm(uint64_t when)
{
    sysreg_write(cntv_cval_el0, when);
    __asm__ volatile("isb" : : : "memory"); /* before the interrupt controller hears that we are done */
}
