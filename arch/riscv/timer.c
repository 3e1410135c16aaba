/* timer.c - the alarm: stimecmp where the CPU has Sstc, else the firmware (SBI 2.0, chapter 6). */
#include <arch/riscv.h>
#include <arch/sbi.h>
#include <arch/sysreg.h>
#include <hal/irqchip.h>
#include <hal/timer.h>
#include <lib/string.h>

bool riscv_has_sstc;

/*
 * Is "sstc" among the extensions, either in the list of strings or in the old ISA string, between
 * underscores?
 */
static bool has_sstc(const struct dt *dt, int cpu)
{
    if (dt_has_string(dt, cpu, "riscv,isa-extensions", "sstc"))
        return true;
    const char *isa = dt_string(dt, cpu, "riscv,isa");
    for (; isa != NULL; isa = strchr(isa, '_')) {
        isa += *isa == '_';
        if (strncmp(isa, "sstc", 4) == 0 && (isa[4] == '_' || isa[4] == 0))
            return true;
    }
    return false;
}

void riscv_timer_probe(const struct dt *dt)
{
    riscv_has_sstc = true;
    for (int n = dt_first_child(dt, dt_find(dt, "/cpus")); n >= 0; n = dt_next_sibling(dt, n)) {
        if (dt_has_string(dt, n, "device_type", "cpu") && dt_is_enabled(dt, n) && !has_sstc(dt, n))
            riscv_has_sstc = false;
    }
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
