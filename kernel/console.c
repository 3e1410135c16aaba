/* console.c - console input: the interrupt fills a ring, a reader waits for it. */
#include <hal/console.h>
#include <hal/info.h>
#include <hal/irqchip.h>
#include <kernel/console.h>
#include <kernel/irq.h>
#include <kernel/sched.h>
#include <kernel/waitq.h>
#include <lib/util.h>
#include <stdbool.h>

enum { INPUT_SIZE = 256 };

static struct {
    struct spinlock lock;
    unsigned char ring[INPUT_SIZE];
    unsigned in, out; /* bytes ever put in and taken out */
    bool silenced;    /* the lines are masked, because the ring is full */
    unsigned claims;  /* by whom the bytes are not for programs */
    struct waitq readers;
} input = { .lock = SPINLOCK_INIT("console input", RANK_DEVICE) };

static void for_each_line(void (*fn)(int irq))
{
    for (unsigned i = 0; i < ARRAY_SIZE(hal_info.console_irq); i++) {
        if (hal_info.console_irq[i] != IRQ_NONE)
            fn(hal_info.console_irq[i]);
    }
}

/*
 * Lock held. Fills the ring. When it is full the device keeps the rest, and has to be silent until there is
 * room: then its FIFO, and behind it whoever sends, do the waiting.
 */
static void pull(void)
{
    int c = 0;
    while (input.in - input.out < INPUT_SIZE && (c = hal_console_getc()) >= 0)
        input.ring[input.in++ % INPUT_SIZE] = (unsigned char)c;
    bool full = c >= 0;
    if (full != input.silenced)
        for_each_line(full ? hal_irq_mask : hal_irq_unmask);
    input.silenced = full;
}

static void input_ready(void *arg)
{
    (void)arg;
    spin_lock_raw(&input.lock);
    pull();
    spin_unlock_raw(&input.lock);
    waitq_wake_all(&input.readers);
}

static void register_line(int irq)
{
    irq_register(irq, "console", input_ready, NULL);
    hal_irq_unmask(irq);
}

void console_init_input(void)
{
    waitq_init(&input.readers, "console readers");
    for_each_line(register_line);
}

static int take(bool program)
{
    unsigned long s = spin_lock(&input.lock);
    bool none = input.in == input.out || (program && input.claims > 0);
    int c = none ? -1 : input.ring[input.out++ % INPUT_SIZE];
    if (input.silenced)
        pull();
    spin_unlock(&input.lock, s);
    return c;
}

static void claim(int n)
{
    unsigned long s = spin_lock(&input.lock);
    input.claims += (unsigned)n;
    spin_unlock(&input.lock, s);
}

void console_claim(void)
{
    claim(1);
}

void console_release(void)
{
    claim(-1);
    waitq_wake_all(&input.readers);
}

int console_getc(void)
{
    int c;
    console_claim();
    wait_event(&input.readers, (c = take(false)) >= 0);
    console_release();
    return c;
}

int console_getc_program(void)
{
    int c;
    wait_event(&input.readers, (c = take(true)) >= 0);
    return c;
}
