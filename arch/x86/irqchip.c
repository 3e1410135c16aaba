/*
 * irqchip.c - the local APIC of each CPU, and for the lines of the ISA bus the I/O APIC, or where there is
 * none two 8259As (SDM vol. 3A, APIC; data sheets of the 82093AA and the 8259A).
 *
 * What a CPU is serving, its local APIC knows: line n is vector X86_VECTOR_LINES + n.
 */
#include <arch/lapic.h>
#include <arch/layout.h>
#include <arch/sysreg.h>
#include <arch/tables.h>
#include <arch/x86.h>
#include <hal/cpu.h>
#include <hal/info.h>
#include <hal/irqchip.h>
#include <kernel/printk.h>
#include <lib/util.h>
#include <stdatomic.h>

enum { PIC1_COMMAND = 0x20, PIC1_DATA = 0x21, PIC2_COMMAND = 0xa0, PIC2_DATA = 0xa1 };
enum { ICW1_CASCADE_ICW4 = 0x11, ICW4_8086 = 0x01, OCW2_EOI = 0x20, OCW3_READ_ISR = 0x0b };
enum { LINES_PER_PIC = 8, CASCADE = 2, ALL_BUT_CASCADE = 0xfffb };

/* The I/O APIC: a register is chosen by writing its number, then read and written. */
enum { IO_SELECT = 0x00, IO_WINDOW = 0x10, IO_WINDOW_SIZE = 0x1000 };
enum {
    IO_VERSION = 1,
    IO_LAST_PIN_SHIFT = 16,
    IO_ENTRIES = 0x10,
    VERSION_OLDEST = 0x10,
    VERSION_LAST = 0x2f
};
enum { ENTRY_LOW = 1 << 13, ENTRY_LEVEL = 1 << 15, ENTRY_MASKED = 1 << 16, ENTRY_CPU_SHIFT = 24 };

/* Held for a few instructions, irqs off: lines are masked by whichever CPU wants it. */
static atomic_flag lock = ATOMIC_FLAG_INIT;
static uint16_t masked = ALL_BUT_CASCADE; /* under the lock: a bit per line of the 8259As */
static unsigned io_pins;                  /* constant after x86_irqchip_probe(); 0: the 8259As serve */

static void acquire(void)
{
    while (atomic_flag_test_and_set_explicit(&lock, memory_order_acquire))
        hal_cpu_relax();
}

static void release(void)
{
    atomic_flag_clear_explicit(&lock, memory_order_release);
}

static bool on_boot_cpu(void)
{
    return (msr_read(MSR_APIC_BASE) & APIC_BASE_BOOT_CPU) != 0;
}

/* Lock held, if there is another CPU. */
static uint32_t io_read(unsigned reg)
{
    *(volatile uint32_t *)(uintptr_t)(x86_tables.ioapic_pa + IO_SELECT) = reg;
    return *(volatile uint32_t *)(uintptr_t)(x86_tables.ioapic_pa + IO_WINDOW);
}

static void io_write(unsigned reg, uint32_t v)
{
    *(volatile uint32_t *)(uintptr_t)(x86_tables.ioapic_pa + IO_SELECT) = reg;
    *(volatile uint32_t *)(uintptr_t)(x86_tables.ioapic_pa + IO_WINDOW) = v;
}

/* Lock held. */
static void io_set_masked(const struct x86_line *line, unsigned irq, bool mask)
{
    if (line->pin < io_pins)
        io_write(IO_ENTRIES + 2 * line->pin, (X86_VECTOR_LINES + irq) | (line->low ? ENTRY_LOW : 0) |
                                                 (line->level ? ENTRY_LEVEL : 0) | (mask ? ENTRY_MASKED : 0));
}

static void io_mask_all(void)
{
    for (unsigned pin = 0; pin < io_pins; pin++) {
        io_write(IO_ENTRIES + 2 * pin, ENTRY_MASKED);
        io_write(IO_ENTRIES + 2 * pin + 1, (uint32_t)x86_tables.apic_id[0] << ENTRY_CPU_SHIFT);
    }
}

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
    outb(PIC1_DATA, X86_VECTOR_LINES);
    outb(PIC2_DATA, X86_VECTOR_LINES + LINES_PER_PIC);
    outb(PIC1_DATA, 1 << CASCADE);
    outb(PIC2_DATA, CASCADE);
    outb(PIC1_DATA, ICW4_8086);
    outb(PIC2_DATA, ICW4_8086);
    outb(PIC1_COMMAND, OCW3_READ_ISR); /* what reading that port tells from here on */
    outb(PIC2_COMMAND, OCW3_READ_ISR);
    pic_write_masks();
}

/*
 * A request may be gone when the CPU asks for the vector: the 8259A says its lowest line, and serves none. If
 * it was the second one, the first does serve its cascade line.
 */
static int pic_claim(void)
{
    uint32_t serving = inb(PIC1_COMMAND);
    if (serving == 1u << CASCADE) {
        serving = (uint32_t)inb(PIC2_COMMAND) << LINES_PER_PIC;
        if (serving == 0)
            outb(PIC1_COMMAND, OCW2_EOI);
    }
    return serving == 0 ? IRQ_NONE : __builtin_ctz(serving);
}

static void add_window(uintptr_t pa, const char *name)
{
    struct hal_window *w = hal_info.window;
    while (w->size != 0)
        w++;
    if (w == hal_info.window + HAL_MAX_WINDOWS - 1)
        panic("hal_info has no room for the window of the %s", name);
    *w = (struct hal_window){ pa, pa, IO_WINDOW_SIZE, name };
}

/* Tables also tell of one that is not there. Out of reach is as good as not there. */
static void io_probe(void)
{
    if (x86_tables.ioapic_pa < DEVICE_BASE)
        return;
    uint32_t version = io_read(IO_VERSION);
    if ((uint8_t)version < VERSION_OLDEST || (uint8_t)version > VERSION_LAST)
        return;
    io_pins = (uint8_t)(version >> IO_LAST_PIN_SHIFT) + 1u;
    masked = 0xffff;
    add_window(align_down(x86_tables.ioapic_pa, IO_WINDOW_SIZE), "I/O APIC");
}

void x86_irqchip_probe(void)
{
    hal_irqchip_init_cpu(); /* before that its id cannot be read */
    x86_tables_read(&x86_tables, (uint8_t)(lapic_read(LAPIC_ID) >> LAPIC_ID_SHIFT));
    add_window(LAPIC_PA, "local APIC");
    io_probe();
    io_mask_all();
    pic_init();
}

void hal_irqchip_init(void)
{
    if (io_pins == 0)
        masked = ALL_BUT_CASCADE;
    pic_write_masks();
    io_mask_all();
}

void hal_irqchip_init_cpu(void)
{
    uint64_t base = msr_read(MSR_APIC_BASE);
    if (base & APIC_BASE_X2) /* its registers are MSRs: back to memory by way of "off" (same chapter) */
        msr_write(MSR_APIC_BASE, base & ~(APIC_BASE_X2 | APIC_BASE_ON));
    msr_write(MSR_APIC_BASE, LAPIC_PA | APIC_BASE_ON | (base & APIC_BASE_BOOT_CPU));
    lapic_write(LAPIC_SVR, SVR_ENABLE | X86_VECTOR_SPURIOUS);
    lapic_write(LAPIC_TPR, 0);
    lapic_write(LAPIC_LVT_TIMER, LVT_MASKED | (X86_VECTOR_LINES + X86_IRQ_TIMER));
    lapic_write(LAPIC_LVT_LINT0, io_pins == 0 && on_boot_cpu() ? LVT_EXTINT : LVT_MASKED);
    lapic_write(LAPIC_LVT_LINT1, LVT_NMI);
}

/*
 * An I/O APIC does not keep edges that come while a line is masked, and a device that waits to be served
 * makes no other: so the line is called once, for what may have been missed.
 */
static void unmask_isa(unsigned irq)
{
    const struct x86_line *line = &x86_tables.line[irq];
    acquire();
    if (io_pins != 0)
        io_set_masked(line, irq, false);
    else
        masked &= (uint16_t) ~(1u << irq);
    pic_write_masks();
    release();
    if (io_pins != 0 && !line->level)
        x86_ipi(x86_tables.apic_id[0], ICR_ASSERT | (X86_VECTOR_LINES + irq));
}

void hal_irq_unmask(int irq)
{
    if (irq == X86_IRQ_TIMER)
        lapic_write(LAPIC_LVT_TIMER, X86_VECTOR_LINES + X86_IRQ_TIMER);
    else if (irq < X86_ISA_LINES) /* nothing masks the calls of other CPUs */
        unmask_isa((unsigned)irq);
}

void hal_irq_mask(int irq)
{
    if (irq == X86_IRQ_TIMER) {
        lapic_write(LAPIC_LVT_TIMER, LVT_MASKED | (X86_VECTOR_LINES + X86_IRQ_TIMER));
    } else if (irq < X86_ISA_LINES) {
        acquire();
        if (io_pins != 0)
            io_set_masked(&x86_tables.line[irq], (unsigned)irq, true);
        else
            masked |= (uint16_t)(1u << irq);
        pic_write_masks();
        release();
    }
}

int hal_irq_claim(void)
{
    uint32_t serving = lapic_read(LAPIC_ISR + X86_VECTOR_LINES / 32 * 16);
    if (serving != 0)
        return __builtin_ctz(serving); /* one instruction here */
    return io_pins == 0 && on_boot_cpu() ? pic_claim() : IRQ_NONE;
}

void hal_irq_eoi(int irq)
{
    if (irq >= X86_ISA_LINES || io_pins != 0) {
        lapic_write(LAPIC_EOI, 0);
        return;
    }
    if (irq >= LINES_PER_PIC)
        outb(PIC2_COMMAND, OCW2_EOI);
    outb(PIC1_COMMAND, OCW2_EOI);
}
