/*
 * irqchip.c - the PLIC for devices (RISC-V PLIC specification 1.0.0), sip and sie for timer and IPI.
 *
 * The PLIC has a context per hart and privilege mode; which one is the boot hart's S-mode, the device tree
 * says. All devices interrupt the boot hart, so the other contexts stay as the firmware left them, and these
 * harts do not listen to theirs.
 */
#include <arch/riscv.h>
#include <arch/sysreg.h>
#include <hal/cpu.h>
#include <hal/info.h>
#include <hal/irqchip.h>
#include <hal/mmu.h>
#include <kernel/config.h>
#include <kernel/printk.h>
#include <stdatomic.h>

#define PLIC_PRIORITY(line)    (0x000000 + 4 * (line))
#define PLIC_ENABLE(ctx, line) (0x002000 + 0x80 * (ctx) + 4 * ((line) / 32))
#define PLIC_THRESHOLD(ctx)    (0x200000 + 0x1000 * (ctx))
#define PLIC_CLAIM(ctx)        (0x200004 + 0x1000 * (ctx))

enum { S_EXTERNAL = 9 }; /* as interrupts-extended names it */

static uintptr_t plic;   /* virtual */
static unsigned context; /* of the boot hart in S-mode */
static unsigned lines;

static volatile uint32_t *reg(unsigned offset)
{
    return (volatile uint32_t *)(plic + offset);
}

static uint32_t cell(const struct dt_property *p, unsigned i)
{
    const uint8_t *b = p->value + 4 * i;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* The phandle of the interrupt controller inside the CPU node of that hart; 0 if there is none. */
static uint32_t hart_phandle(const struct dt *dt, unsigned long hart)
{
    for (int n = dt_first_child(dt, dt_find(dt, "/cpus")); n >= 0; n = dt_next_sibling(dt, n)) {
        struct dt_range r;
        uint32_t phandle = 0;
        if (dt_reg(dt, n, 0, &r) != 0 || r.base != hart)
            continue;
        for (int c = dt_first_child(dt, n); c >= 0; c = dt_next_sibling(dt, c)) {
            if (dt_is_compatible(dt, c, "riscv,cpu-intc") && dt_u32(dt, c, "phandle", &phandle) == 0)
                return phandle;
        }
    }
    return 0;
}

void riscv_irqchip_probe(const struct dt *dt, unsigned long hart)
{
    struct dt_property p;
    int node = dt_find_compatible(dt, -1, "riscv,plic0");
    if (node < 0)
        node = dt_find_compatible(dt, -1, "sifive,plic-1.0.0");
    struct dt_range r;
    uint32_t phandle = hart_phandle(dt, hart);
    if (node < 0 || phandle == 0 || dt_reg_cpu(dt, node, 0, &r) != 0 ||
        dt_u32(dt, node, "riscv,ndev", &lines) != 0 || dt_property(dt, node, "interrupts-extended", &p) != 0)
        panic("the device tree has no PLIC for hart %lu", hart);
    for (context = 0; context < p.size / 8; context++) {
        if (cell(&p, 2 * context) == phandle && cell(&p, 2 * context + 1) == S_EXTERNAL)
            break;
    }
    if (context == p.size / 8)
        panic("the PLIC has no S-mode context for hart %lu", hart);
    plic = (uintptr_t)hal_p2v(r.base);
    for (struct hal_window *w = hal_info.window; w < hal_info.window + HAL_MAX_WINDOWS - 1; w++) {
        if (w->size != 0)
            continue;
        *w = (struct hal_window){ r.base, plic, PLIC_THRESHOLD(context + 1), "PLIC" };
        return;
    }
    panic("hal_info has no room for the window of the PLIC");
}

void hal_irqchip_init(void)
{
    for (unsigned line = 1; line <= lines && line < MAX_IRQS; line++) {
        *reg(PLIC_PRIORITY(line)) = 1; /* above the threshold; PLIC_ENABLE decides */
        hal_irq_mask((int)line);
    }
    *reg(PLIC_THRESHOLD(context)) = 0;
    csr_set(sie, SIE_SEIE);
}

void hal_irqchip_init_cpu(void)
{
    csr_clear(sip, SIE_SSIE); /* by which the firmware may have started us */
}

/* Of timer and IPI; 0: the line is a device's. */
static unsigned long sie_bit(int irq)
{
    return irq == RISCV_IRQ_TIMER ? SIE_STIE : irq == RISCV_IRQ_IPI ? SIE_SSIE : 0;
}

/* Each register has 32 lines, so what two CPUs want must not overlap. */
static void plic_enable(unsigned line, bool on)
{
    static atomic_uint busy;
    volatile uint32_t *enable = reg(PLIC_ENABLE(context, line));
    uint32_t bit = 1u << line % 32;
    while (atomic_exchange_explicit(&busy, 1, memory_order_acquire) != 0)
        hal_cpu_relax();
    *enable = on ? *enable | bit : *enable & ~bit;
    __asm__ volatile("fence o, w" : : : "memory"); /* the device first, then the word below */
    atomic_store_explicit(&busy, 0, memory_order_release);
}

void hal_irq_unmask(int irq)
{
    if (sie_bit(irq) != 0)
        csr_set(sie, sie_bit(irq));
    else
        plic_enable((unsigned)irq, true);
}

void hal_irq_mask(int irq)
{
    if (sie_bit(irq) != 0)
        csr_clear(sie, sie_bit(irq));
    else
        plic_enable((unsigned)irq, false);
}

int hal_irq_claim(void)
{
    unsigned long pending = csr_read(sip) & csr_read(sie);
    if (pending == 0)
        return IRQ_NONE;
    if (pending & SIE_STIE)
        return RISCV_IRQ_TIMER;
    if (pending & SIE_SSIE) {
        csr_clear(sip, SIE_SSIE); /* first: who calls from here on, calls again */
        __asm__ volatile("fence" : : : "memory");
        return RISCV_IRQ_IPI;
    }
    if (pending & SIE_SEIE) {
        uint32_t line = *reg(PLIC_CLAIM(context)); /* 0: it was masked meanwhile */
        return line == 0 ? IRQ_NONE : (int)line;
    }
    return IRQ_NONE;
}

void hal_irq_eoi(int irq)
{
    if (sie_bit(irq) == 0)
        *reg(PLIC_CLAIM(context)) = (uint32_t)irq;
}
