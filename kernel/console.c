/* console.c - console input: the interrupt fills a ring, a reader waits for it. */
#include <hal/console.h>
#include <hal/info.h>
#include <hal/irqchip.h>
#include <kernel/console.h>
#include <kernel/irq.h>
#include <kernel/sched.h>
#include <kernel/waitq.h>
#include <lib/util.h>

enum { INPUT_SIZE = 256 };

static struct {
    struct spinlock lock;
    unsigned char   ring[INPUT_SIZE];
    unsigned        in, out; /* bytes ever put in and taken out */
    struct waitq    readers;
} input = { .lock = SPINLOCK_INIT("console input", RANK_DEVICE) };

/*
 * When the ring is full the byte is lost, as on any serial line without flow control; the device is quieted
 * all the same.
 */
static void input_ready(void *arg)
{
    (void)arg;
    int c;
    spin_lock_raw(&input.lock);
    while ((c = hal_console_getc()) >= 0) {
        if (input.in - input.out < INPUT_SIZE)
            input.ring[input.in++ % INPUT_SIZE] = (unsigned char)c;
    }
    spin_unlock_raw(&input.lock);
    waitq_wake_all(&input.readers);
}

void console_init_input(void)
{
    waitq_init(&input.readers, "console readers");
    for (unsigned i = 0; i < ARRAY_SIZE(hal_info.console_irq); i++) {
        int irq = hal_info.console_irq[i];
        if (irq == IRQ_NONE)
            continue;
        irq_register(irq, "console", input_ready, NULL);
        hal_irq_unmask(irq);
    }
}

static int take(void)
{
    unsigned long s = spin_lock(&input.lock);
    int c = input.in == input.out ? -1 : input.ring[input.out++ % INPUT_SIZE];
    spin_unlock(&input.lock, s);
    return c;
}

int console_getc(void)
{
    int c;
    wait_event(&input.readers, (c = take()) >= 0);
    return c;
}
