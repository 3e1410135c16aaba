/*
 * irqchip.c - the GIC-400 (Arm GIC architecture 2.0, IHI 0048B: 4.3 distributor, 4.4 CPU interface).
 *
 * On the real board it keeps secure and non-secure lines apart. The firmware has made all non-secure, and us:
 * seen from there the registers mean the same as in QEMU, where there is no such difference.
 */
#include <arch/arm64.h>
#include <board/board.h>
#include <hal/info.h>
#include <hal/irqchip.h>
#include <hal/mmu.h>
#include <kernel/config.h>

#define GICD_CTLR             0x000
#define GICD_ISENABLER(line)  (0x100 + 4 * ((line) / 32))
#define GICD_ICENABLER(line)  (0x180 + 4 * ((line) / 32))
#define GICD_IPRIORITYR(line) (0x400 + (line)) /* a byte each */
#define GICD_ITARGETSR(line)  (0x800 + (line))

#define GICC_CTLR (GICC_OFFSET + 0x00)
#define GICC_IAR  (GICC_OFFSET + 0x0c)
#define GICC_EOIR (GICC_OFFSET + 0x10)

enum { ENABLE = 1, FIRST_SHARED = 32, PRIORITY = 0xa0, ALL_PRIORITIES = 0xff, TARGET_CPU0 = 1 };
enum { IAR_LINE = 0x3ff, FIRST_SPECIAL = 1020 };

static volatile uint32_t *reg(unsigned offset)
{
    return (volatile uint32_t *)((uintptr_t)hal_p2v(BOARD_GIC_PA) + offset);
}

static volatile uint8_t *byte_reg(unsigned offset)
{
    return (volatile uint8_t *)reg(offset);
}

void arm64_irqchip_stop(void)
{
    *reg(GICC_CTLR) = 0;
}

void hal_irqchip_init(void)
{
    unsigned lines = 32 * ((*reg(GICD_TYPER) & GICD_TYPER_LINES) + 1);
    *reg(GICD_CTLR) = 0;
    for (unsigned line = 0; line < lines && line < MAX_IRQS; line++) {
        *byte_reg(GICD_IPRIORITYR(line)) = PRIORITY; /* above the threshold; GICD_ISENABLER decides */
        if (line >= FIRST_SHARED)
            *byte_reg(GICD_ITARGETSR(line)) = TARGET_CPU0;
        hal_irq_mask((int)line);
    }
    *reg(GICD_CTLR) = ENABLE;
}

void hal_irqchip_init_cpu(void)
{
    *reg(GICC_OFFSET + GICC_PMR) = ALL_PRIORITIES;
    *reg(GICC_CTLR) = ENABLE;
}

void hal_irq_unmask(int irq)
{
    *reg(GICD_ISENABLER((unsigned)irq)) = 1u << irq % 32;
}

void hal_irq_mask(int irq)
{
    *reg(GICD_ICENABLER((unsigned)irq)) = 1u << irq % 32;
}

int hal_irq_claim(void)
{
    uint32_t line = *reg(GICC_IAR) & IAR_LINE;
    return line >= FIRST_SPECIAL ? IRQ_NONE : (int)line; /* 1023: nothing pending; 1022: nothing for us */
}

void hal_irq_eoi(int irq)
{
    *reg(GICC_EOIR) = (uint32_t)irq;
}
