/* kernel/irq.h - who handles which interrupt line. */
#pragma once
#include <stdint.h>

struct irq_stat {
    const char *name;      /* NULL: nobody has registered */
    unsigned long count;
};

void irq_init(void); /* irqs off, boot CPU, once. */

/*
 * Any context. From now on fn(arg) is called, irqs off, when the line fires. Does not unmask it. fn NULL:
 * nobody's again.
 */
void irq_register(int irq, const char *name, void (*fn)(void *arg), void *arg);

void irq_dispatch(void); /* irqs off. The first that is pending on this CPU. */

struct irq_stat irq_stat(int irq); /* Any context. irq below MAX_IRQS. */
unsigned long irq_count_of(unsigned cpu); /* Any context. All that this CPU has taken. */
