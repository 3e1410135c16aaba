/*
 * irqchip.c - two 8259As for devices, the local APIC for the timer (8259A data sheet; SDM vol. 3A, APIC).
 *
 * Each interrupt has a vector of its own, so what there is to claim is known when the trap begins.
 */
#include <arch/lapic.h>
#include <arch/sysreg.h>
#include <arch/x86.h>
#include <hal/info.h>
#include <hal/irqchip.h>
#include <kernel/printk.h>

enum { PIC1_COMMAND = 0x20, PIC1_DATA = 0x21, PIC2_COMMAND = 0xa0, PIC2_DATA = 0xa1 };
enum { ICW1_CASCADE_ICW4 = 0x11, ICW4_8086 = 0x01, OCW2_EOI = 0x20, OCW3_READ_ISR = 0x0b };
enum { PIC_LINES = 16, LINES_PER_PIC = 8, LOWEST = 7, CASCADE = 2, ALL_BUT_CASCADE = 0xfffb };

static unsigned arrived;        /* this CPU, irqs off: the vector that nobody has claimed; 0: none */
static uint16_t masked = ALL_BUT_CASCADE; /* a bit per line of the 8259As */

static void pic_write_masks(void)
{
    outb(PIC1_DATA, (uint8_t)masked);
    outb(PIC2_DATA, (uint8_t)(masked >> LINES_PER_PIC));
}

/* Edges that come from here on are kept, masked or not: so it precedes all that makes a device interrupt. */
static void pic_init(void)
{
    outb(PIC1_COMMAND, ICW1_CASCADE_ICW4);
    outb(PIC2_COMMAND, ICW1_CASCADE_ICW4);
    outb(PIC1_DATA, X86_VECTOR_PIC);
    outb(PIC2_DATA, X86_VECTOR_PIC + LINES_PER_PIC);
    outb(PIC1_DATA, 1 << CASCADE);
    outb(PIC2_DATA, CASCADE);
    outb(PIC1_DATA, ICW4_8086);
    outb(PIC2_DATA, ICW4_8086);
    pic_write_masks();
}

/* A request may be gone when the CPU asks for the vector: the 8259A says its lowest line, and serves none. */
static bool pic_is_spurious(unsigned line)
{
    uint16_t command = line < LINES_PER_PIC ? PIC1_COMMAND : PIC2_COMMAND;
    if (line % LINES_PER_PIC != LOWEST)
        return false;
    outb(command, OCW3_READ_ISR);
    return (inb(command) & 1u << LOWEST) == 0;
}

void x86_irqchip_probe(void)
{
    uint64_t base = msr_read(MSR_APIC_BASE);
    if (base & APIC_BASE_X2) /* its registers are MSRs: back to memory by way of "off" (same chapter) */
        msr_write(MSR_APIC_BASE, base & ~(APIC_BASE_X2 | APIC_BASE_ON));
    msr_write(MSR_APIC_BASE, LAPIC_PA | APIC_BASE_ON | (base & APIC_BASE_BOOT_CPU));
    pic_init();
    for (struct hal_window *w = hal_info.window; w < hal_info.window + HAL_MAX_WINDOWS - 1; w++) {
        if (w->size != 0)
            continue;
        *w = (struct hal_window){ LAPIC_PA, LAPIC_PA, 0x1000, "local APIC" };
        return;
    }
    panic("hal_info has no room for the window of the local APIC");
}

void hal_irqchip_init(void)
{
    masked = ALL_BUT_CASCADE;
    pic_write_masks();
}

void hal_irqchip_init_cpu(void)
{
    lapic_write(LAPIC_SVR, SVR_ENABLE | X86_VECTOR_SPURIOUS);
    lapic_write(LAPIC_TPR, 0);
    lapic_write(LAPIC_LVT_TIMER, LVT_MASKED | X86_VECTOR_TIMER);
    lapic_write(LAPIC_LVT_LINT0, LVT_EXTINT);
    lapic_write(LAPIC_LVT_LINT1, LVT_NMI);
}

void hal_irq_unmask(int irq)
{
    if (irq == X86_IRQ_TIMER) {
        lapic_write(LAPIC_LVT_TIMER, X86_VECTOR_TIMER);
    } else {
        masked &= (uint16_t) ~(1u << irq);
        pic_write_masks();
    }
}

void hal_irq_mask(int irq)
{
    if (irq == X86_IRQ_TIMER) {
        lapic_write(LAPIC_LVT_TIMER, LVT_MASKED | X86_VECTOR_TIMER);
    } else {
        masked |= (uint16_t)(1u << irq);
        pic_write_masks();
    }
}

void x86_irq_arrived(unsigned vector)
{
    arrived = vector;
}

int hal_irq_claim(void)
{
    unsigned vector = arrived;
    unsigned line = vector - X86_VECTOR_PIC;
    arrived = 0;
    if (vector == X86_VECTOR_TIMER)
        return X86_IRQ_TIMER;
    if (line >= PIC_LINES)
        return IRQ_NONE;
    if (pic_is_spurious(line)) {
        if (line >= LINES_PER_PIC)
            outb(PIC1_COMMAND, OCW2_EOI); /* the first one does serve its cascade line */
        return IRQ_NONE;
    }
    return (int)line;
}

void hal_irq_eoi(int irq)
{
    if (irq == X86_IRQ_TIMER) {
        lapic_write(LAPIC_EOI, 0);
        return;
    }
    if (irq >= LINES_PER_PIC)
        outb(PIC2_COMMAND, OCW2_EOI);
    outb(PIC1_COMMAND, OCW2_EOI);
}
