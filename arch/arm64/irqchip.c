/*
 * irqchip.c - the GIC-400 (Arm GIC architecture 2.0, IHI 0048B: 4.3 distributor, 4.4 CPU interface).
 *
 * Lines 0 to 15 are calls from CPU to CPU, 16 to 31 belong to one CPU (its timer), the others are devices'.
 * On the real board it keeps secure and non-secure lines apart. The firmware has made all non-secure, and us:
 * seen from there the registers mean the same as in QEMU, where there is no such difference.
 */
#include <arch/arm64.h>
#include <arch/gic.h>
#include <board/board.h>
#include <hal/info.h>
#include <hal/irqchip.h>
#include <hal/mmu.h>
#include <kernel/config.h>
#include <stdatomic.h>

enum { FIRST_SHARED = 32, LINES_PER_WORD = 32, TARGET_CPU0 = 1, ALL_TARGETS = 0xff };
enum { IAR_LINE = 0x3ff, FIRST_SPECIAL = 1020 };

/* By place. The bit of a CPU among the targets of a line: only the CPU itself can read which it is. */
static uint32_t targets[BOARD_CPUS];
static uint32_t called_by[BOARD_CPUS]; /* of a call that was claimed: the caller belongs to it */
static atomic_uint known;              /* all targets */

static volatile uint32_t *reg(unsigned offset)
{
    return (volatile uint32_t *)((uintptr_t)hal_p2v(BOARD_GIC_PA) + offset);
}

static volatile uint8_t *byte_reg(unsigned offset)
{
    return (volatile uint8_t *)reg(offset);
}

static volatile uint32_t *cpu_reg(unsigned offset)
{
    return reg(GICC_OFFSET + offset);
}

void arm64_irqchip_stop(void)
{
    *cpu_reg(GICC_CTLR) = 0;
}

/* What was written before is seen by whoever takes the interrupt. */
static void call(uint32_t whom)
{
    __asm__ volatile("dsb ish" : : : "memory");
    *reg(GICD_SGIR) = whom << GICD_SGIR_TARGETS_SHIFT | ARM64_IRQ_IPI;
}

void arm64_irqchip_call(unsigned place)
{
    call(targets[place]);
}

void arm64_irqchip_call_waiting(void)
{
    call(ALL_TARGETS & ~atomic_load_explicit(&known, memory_order_relaxed));
}

void hal_irqchip_init(void)
{
    unsigned lines = LINES_PER_WORD * ((*reg(GICD_TYPER) & GICD_TYPER_LINES) + 1);
    *reg(GICD_CTLR) = 0;
    for (unsigned line = FIRST_SHARED; line < lines && line < MAX_IRQS; line++) {
        *byte_reg(GICD_IPRIORITYR + line) = GIC_PRIORITY;
        *byte_reg(GICD_ITARGETSR + line) = TARGET_CPU0;
        hal_irq_mask((int)line);
    }
    *reg(GICD_CTLR) = GIC_ENABLE;
}

void hal_irqchip_init_cpu(void)
{
    uint32_t self = *byte_reg(GICD_ITARGETSR);
    targets[arm64_place()] = self;
    atomic_fetch_or_explicit(&known, self, memory_order_relaxed);
    for (unsigned line = 0; line < FIRST_SHARED; line++) {
        *byte_reg(GICD_IPRIORITYR + line) = GIC_PRIORITY;
        hal_irq_mask((int)line);
    }
    *cpu_reg(GICC_PMR) = GIC_PRIORITIES;
    *cpu_reg(GICC_CTLR) = GIC_ENABLE;
}

void hal_irq_unmask(int irq)
{
    *reg(GICD_ISENABLER + 4 * ((unsigned)irq / LINES_PER_WORD)) = 1u << irq % LINES_PER_WORD;
}

void hal_irq_mask(int irq)
{
    *reg(GICD_ICENABLER + 4 * ((unsigned)irq / LINES_PER_WORD)) = 1u << irq % LINES_PER_WORD;
}

int hal_irq_claim(void)
{
    uint32_t claimed = *cpu_reg(GICC_IAR);
    uint32_t line = claimed & IAR_LINE;
    if (__builtin_expect(line == ARM64_IRQ_IPI, 0)) {
        called_by[arm64_place()] = claimed;
        __asm__ volatile("dmb ishld" : : : "memory"); /* see call() */
    }
    return line >= FIRST_SPECIAL ? IRQ_NONE : (int)line; /* 1023: nothing pending; 1022: nothing for us */
}

void hal_irq_eoi(int irq)
{
    uint32_t claimed = (uint32_t)irq;
    if (__builtin_expect(irq == ARM64_IRQ_IPI, 0))
        claimed = called_by[arm64_place()];
    *cpu_reg(GICC_EOIR) = claimed;
}
