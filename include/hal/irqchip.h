/*
 * hal/irqchip.h - the interrupt controller.                              port: irqchip.c
 *
 * All with irqs off; none blocks. Line numbers are the port's own, 0 .. MAX_IRQS - 1.
 */
#pragma once

void hal_irqchip_init(void);     /* Once, boot CPU: every line masked. */
void hal_irqchip_init_cpu(void); /* Once per CPU: its side of the controller delivers. */
/* Timer and IPI: of this CPU. Lines of devices reach the boot CPU, whoever calls. */
void hal_irq_unmask(int irq);
void hal_irq_mask(int irq);
/* The next pending line of this CPU, or IRQ_NONE, which is also a spurious one's name. */
int  hal_irq_claim(void);
void hal_irq_eoi(int irq);       /* Ends one claim: from here on the line may be claimed again. */
