/* cpu.c - what the CPUs can do; this CPU's waiting and its end. */
#include <arch/riscv.h>
#include <arch/sysreg.h>
#include <hal/cpu.h>
#include <lib/string.h>

enum { SOON = 1000 }; /* ticks: not over by the next instruction, however slow the clock makes us */

/* The old ISA string: "rv64", letters, then longer names between underscores; g stands for imafd. */
static bool isa_has(const char *isa, const char *name)
{
    size_t length = strlen(name);
    if (length == 1) {
        for (isa += strlen("rv64"); *isa != 0 && strchr("_zsx", *isa) == NULL; isa++) {
            if (*isa == *name || (*isa == 'g' && strchr("imafd", *name) != NULL))
                return true;
        }
        return false;
    }
    for (; isa != NULL; isa = strchr(isa, '_')) {
        isa += *isa == '_';
        if (strncmp(isa, name, length) == 0 && (isa[length] == '_' || isa[length] == 0))
            return true;
    }
    return false;
}

static bool cpu_has(const struct dt *dt, int cpu, const char *name)
{
    const char *isa = dt_string(dt, cpu, "riscv,isa");
    return dt_has_string(dt, cpu, "riscv,isa-extensions", name) || (isa != NULL && isa_has(isa, name));
}

bool riscv_has_extension(const struct dt *dt, const char *name)
{
    for (int n = dt_first_child(dt, dt_find(dt, "/cpus")); n >= 0; n = dt_next_sibling(dt, n)) {
        if (dt_has_string(dt, n, "device_type", "cpu") && dt_is_enabled(dt, n) && !cpu_has(dt, n, name))
            return false;
    }
    return true;
}

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
