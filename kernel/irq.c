/* irq.c - claim, handle, end. Whatever else is pending traps anew. */
#include <hal/info.h>
#include <hal/irqchip.h>
#include <kernel/config.h>
#include <kernel/irq.h>
#include <kernel/kassert.h>
#include <kernel/sched.h>
#include <kernel/trace.h>

static struct {
    const char *name;
    void (*fn)(void *arg);
    void *arg;
    unsigned long count[MAX_CPUS]; /* that CPU, irqs off */
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

/* Out of the way, which would have to save more registers for it even while nothing is recorded. */
static __attribute__((noinline)) void record(int irq)
{
    trace(TRACE_IRQ, current()->pid, (unsigned long)irq, 0);
}

void irq_dispatch(void)
{
    int irq = hal_irq_claim();
    if (irq == IRQ_NONE)
        return;
    struct cpu *cpu = this_cpu();
    cpu->irq_depth++;
    KASSERT(irq >= 0 && irq < MAX_IRQS);
    lines[irq].count[cpu->index]++;
    if (trace_is_on())
        record(irq);
    if (lines[irq].fn != NULL) {
        lines[irq].fn(lines[irq].arg);
    } else {
        hal_irq_mask(irq); /* or it would fire for ever */
        printk(KERN_WARN "interrupt %d: nobody handles it; masked\n", irq);
    }
    hal_irq_eoi(irq);
    cpu->irq_depth--;
}

struct irq_stat irq_stat(int irq)
{
    struct irq_stat st = { lines[irq].name, 0 };
    for (unsigned i = 0; i < MAX_CPUS; i++)
        st.count += lines[irq].count[i];
    return st;
}

unsigned long irq_count_of(unsigned cpu)
{
    unsigned long sum = 0;
    for (unsigned i = 0; i < MAX_IRQS; i++)
        sum += lines[i].count[cpu];
    return sum;
}
