/* test_wait.c - timeouts, interrupts: the rules that everything else leans on. */
#include <hal/info.h>
#include <hal/irqchip.h>
#include <kernel/clock.h>
#include <kernel/irq.h>
#include <kernel/ktest.h>
#include <kernel/sched.h>
#include <kernel/vm.h>
#include <kernel/waitq.h>
#include <lib/util.h>
#include <stdatomic.h>

/* Timeouts fire in the order of their times, in an interrupt; what is cancelled does not fire. */
enum { TIMEOUTS = 16 };
static struct timeout timeouts[TIMEOUTS];
static unsigned fired[TIMEOUTS], nfired, in_irq;

static void fire(void *arg)
{
    in_irq += !hal_irq_enabled() && this_cpu()->irq_depth > 0;
    fired[nfired++] = (unsigned)(uintptr_t)arg;
}

static void test_timeouts(void)
{
    uint64_t now = hal_timer_now();
    nfired = in_irq = 0;
    for (unsigned i = 0; i < TIMEOUTS; i++) {
        unsigned ms = 1 + i * 5 % TIMEOUTS;
        timeout_init(&timeouts[i], fire, (void *)(uintptr_t)ms);
        timeout_add(&timeouts[i], now + clock_ticks_from_ms(ms));
    }
    KCHECK(timeout_cancel(&timeouts[3])); /* due after 16 ms: the last */
    KCHECK(!timeout_cancel(&timeouts[3]));
    sleep_ms(20);
    KCHECK(nfired == TIMEOUTS - 1 && in_irq == nfired);
    for (unsigned i = 0; i < nfired; i++)
        KCHECK(fired[i] == i + 1);
    KCHECK(!timeout_cancel(&timeouts[0]));
}
KTEST("timeout-order-and-cancel", test_timeouts);

/* A function that adds its own timeout again is a clock. */
static struct timeout clock_timeout;
static unsigned clock_rings;

static void ring_again(void *arg)
{
    (void)arg;
    if (++clock_rings < 5)
        timeout_add(&clock_timeout, hal_timer_now() + clock_ticks_from_ms(1));
}

static void test_timeout_again(void)
{
    clock_rings = 0;
    timeout_init(&clock_timeout, ring_again, NULL);
    timeout_add(&clock_timeout, hal_timer_now());
    sleep_ms(20);
    KCHECK(clock_rings == 5);
    KCHECK(!timeout_cancel(&clock_timeout));
}
KTEST("timeout-adds-itself", test_timeout_again);

/* An idle CPU with nothing due takes no interrupt. */
static void test_tickless(void)
{
    sleep_ms(1);
    unsigned long before = irq_stat(hal_info.timer_irq).count;
    sleep_ms(1000);
    unsigned long taken = irq_stat(hal_info.timer_irq).count - before;
    if (taken > 2)
        ktest_fail("%lu timer interrupts in an idle second", taken);
}
KTEST("clock-is-tickless", test_tickless);

/* A line that nobody handles is masked and reported; the kernel goes on. */
static void test_unknown_interrupt(void)
{
    unsigned long s = hal_irq_save();
    unsigned long before = irq_stat(hal_info.timer_irq).count;
    irq_register(hal_info.timer_irq, NULL, NULL, NULL);
    hal_timer_arm(0);
    hal_irq_restore(s);
    for (volatile unsigned i = 0; i < 10000; i++) {
    }
    s = hal_irq_save();
    KCHECK(irq_stat(hal_info.timer_irq).count == before + 1);
    hal_timer_arm(UINT64_MAX);
    this_cpu()->alarm = UINT64_MAX;
    clock_init_cpu();
    hal_irq_restore(s);
    sleep_ms(1); /* time goes on */
}
KTEST("irq-unknown-is-masked", test_unknown_interrupt);

/* Memory access at any address, byte by byte and as words. */
static void test_unaligned(void)
{
    static unsigned char bytes[16];
    for (unsigned i = 0; i < sizeof(bytes); i++)
        bytes[i] = (unsigned char)i;
    struct unaligned {
        uint32_t value;
    } __attribute__((packed));
    for (unsigned i = 0; i < 8; i++) {
        const volatile struct unaligned *u = (const volatile struct unaligned *)&bytes[i];
        KCHECK((u->value & 0xff) == i && u->value >> 24 == i + 3);
    }
}
KTEST("mem-unaligned", test_unaligned);

static void test_rules_of_a_thread(void)
{
    KCHECK(hal_irq_enabled());
    KCHECK(current()->state == PROC_RUNNING);
    KCHECK(this_cpu() == current()->cpu && this_cpu()->rq.current == current());
    KCHECK(this_cpu()->irq_depth == 0);
    KCHECK(!vm_is_mapped(0));
    KCHECK(!vm_is_mapped(current()->stack));
    KCHECK(vm_is_mapped(current()->stack + PAGE_SIZE));
    unsigned long s = hal_irq_save();
    unsigned long nested = hal_irq_save();
    KCHECK(!hal_irq_enabled());
    hal_irq_restore(nested);
    KCHECK(!hal_irq_enabled());
    hal_irq_restore(s);
    KCHECK(hal_irq_enabled());
}
KTEST("rules-of-a-thread", test_rules_of_a_thread);
