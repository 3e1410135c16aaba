/*
 * bench.c - instructions per operation: `bench=all`, or a part: `bench=memory`, `bench=sync` and `bench=wake`
 * for what those files have, `bench=yield` for the yields alone, with either policy.
 *
 * Under `-icount shift=0` a nanosecond of virtual time is an instruction, exactly, on every run. Loops are
 * long enough for the coarsest counter (RISC-V: a tick is 100 instructions), and the empty loop is
 * subtracted.
 */
#include "bench.h"

#include <hal/info.h>
#include <hal/power.h>
#include <kernel/clock.h>
#include <kernel/console.h>
#include <kernel/irq.h>
#include <kernel/main.h>
#include <kernel/sched.h>
#include <lib/fmt.h>
#include <lib/ratio.h>
#include <lib/string.h>
#include <lib/util.h>

enum { LOOPS = 10000 };

void bench_report(const char *name, uint64_t total_ns, uint64_t empty_ns, unsigned n)
{
    uint32_t cents;
    uint64_t whole = div_u64(div_u64((total_ns - empty_ns) * 100 + n / 2, n, NULL), 100, &cents);
    kprintf("BENCH %s %llu.%02u\n", name, (unsigned long long)whole, cents);
}

void bench_skip(const char *name, const char *why)
{
    kprintf("BENCH-SKIP %s: %s\n", name, why);
}

uint64_t bench_empty_loop_ns(unsigned loops)
{
    uint64_t start = hal_timer_now();
    for (unsigned i = 0; i < loops; i++)
        __asm__ volatile("" : : : "memory");
    return ns_since(start);
}

static struct spinlock lock = SPINLOCK_INIT("bench", RANK_DEVICE);

static void bench_spinlock(void)
{
    uint64_t start = hal_timer_now();
    for (unsigned i = 0; i < LOOPS; i++)
        spin_unlock(&lock, spin_lock(&lock));
    bench_report("spinlock-pair", ns_since(start), bench_empty_loop_ns(LOOPS), LOOPS);
}

/* n threads that do nothing but yield; one of them measures. A yield is a switch, whoever's turn it is. */
static volatile bool stop;

static void yielder(void *arg)
{
    (void)arg;
    while (!stop)
        sched_yield();
}

static void bench_yield(unsigned n)
{
    char name[40];
    fmt_snprintf(name, sizeof(name), "%syield-%u", this_cpu()->rq.is_fair ? "fair-" : "", n);
    stop = false;
    /* With sched=fair each begins where we stand; the less we move meanwhile, the sooner they are level. */
    proc_set_nice(current()->pid, NICE_MIN);
    for (unsigned i = 1; i < n; i++) {
        int pid = proc_spawn("yielder", PRIO_NORMAL, yielder, NULL);
        if (pid < 0)
            kprintf("BENCH-SKIP %s: no memory for %u threads\n", name, n);
        else
            proc_set_nice(pid, 0);
    }
    proc_set_nice(current()->pid, 0);
    sched_yield();
    unsigned rounds = LOOPS / n + 4;
    unsigned long before = proc_switches();
    uint64_t start = hal_timer_now();
    for (unsigned i = 0; i < rounds; i++)
        sched_yield();
    uint64_t total = ns_since(start);
    unsigned switches = (unsigned)(proc_switches() - before);
    stop = true;
    while (proc_wait(-1, NULL) > 0) {
    }
    bench_report(name, total, 0, switches);
}

static void bench_yields(void)
{
    static const unsigned runnable[] = { 2, 16, 64, 1000, 10000 };
    for (unsigned i = 0; i < ARRAY_SIZE(runnable); i++)
        bench_yield(runnable[i]);
}

/* From the instruction that is interrupted to the next one: a timer interrupt with nothing due. */
static uint64_t alarms_ns(uint64_t when)
{
    struct cpu *cpu = this_cpu();
    uint64_t start = hal_timer_now();
    for (unsigned i = 0; i < LOOPS; i++) {
        unsigned long s = hal_irq_save();
        clock_arm(cpu, when);
        hal_irq_restore(s);
        while (*(volatile uint64_t *)&cpu->alarm == 0) {
        }
    }
    return ns_since(start);
}

static void bench_interrupt(void)
{
    uint64_t arm = alarms_ns(UINT64_MAX);
    unsigned long taken = irq_stat(hal_info.timer_irq).count;
    uint64_t total = alarms_ns(0);
    taken = irq_stat(hal_info.timer_irq).count - taken;
    if (taken != LOOPS)
        kprintf("BENCH-SKIP timer-interrupt: %lu interrupts instead of %u\n", taken, LOOPS);
    bench_report("timer-interrupt", total, arm, LOOPS);
}

static void run(const char *which)
{
    bool all = strcmp(which, "all") == 0;
    if (all) {
        bench_report("boot-to-banner", boot_banner_ns(), 0, 1);
        bench_spinlock();
    }
    if (all || strcmp(which, "yield") == 0)
        bench_yields();
    if (all) {
        bench_interrupt();
        bench_proc();
        bench_trace();
    }
    if (all || strcmp(which, "sync") == 0)
        bench_sync();
    if (all || strcmp(which, "memory") == 0)
        bench_memory();
    if (strcmp(which, "wake") == 0)
        bench_wake();
    kprintf("BENCH-DONE\n");
    hal_power_off(EXIT_STATUS_PASS);
}

BOOT_PROGRAM(bench, run);
