/* irq.c - claim, handle, end: until the controller has nothing more for this CPU. */
#include <hal/info.h>
#include <hal/irqchip.h>
#include <kernel/config.h>
#include <kernel/irq.h>
#include <kernel/kassert.h>
#include <kernel/sched.h>
#include <kernel/trace.h>

static struct {
    const char *name;
    void      (*fn)(void *arg);
    void       *arg;
    unsigned long count; /* this CPU, irqs off */
} lines[MAX_IRQS];

static struct spinlock lines_lock = SPINLOCK_INIT("interrupt lines", RANK_DEVICE);

void irq_init(void)
{
    hal_irqchip_init();
    hal_irqchip_init_cpu();
}

void irq_register(int irq, const char *name, void (*fn)(void *arg), void *arg)
{
    KASSERT(irq >= 0 && irq < MAX_IRQS);
    unsigned long s = spin_lock(&lines_lock);
    lines[irq].name = name;
    lines[irq].fn = fn;
    lines[irq].arg = arg;
    spin_unlock(&lines_lock, s);
}

void irq_dispatch(void)
{
    struct cpu *cpu = this_cpu();
    cpu->irq_depth++;
    int irq;
    while ((irq = hal_irq_claim()) != IRQ_NONE) {
        KASSERT(irq >= 0 && irq < MAX_IRQS);
        lines[irq].count++;
        trace(TRACE_IRQ, current()->pid, (unsigned long)irq, 0);
        if (lines[irq].fn != NULL) {
            lines[irq].fn(lines[irq].arg);
        } else {
            hal_irq_mask(irq); /* or it would fire for ever */
            printk(KERN_WARN "interrupt %d: nobody handles it; masked\n", irq);
        }
        hal_irq_eoi(irq);
    }
    cpu->irq_depth--;
}

struct irq_stat irq_stat(int irq)
{
    return (struct irq_stat){ lines[irq].name, lines[irq].count };
}
