/*
 * timer.c - the alarm: the timer of the local APIC (Intel SDM vol. 3A, "APIC Timer").
 *
 * Neither it nor the time-stamp counter says how fast it counts: both are compared with the 8254 (Intel data
 * sheet), which counts at a third of 3.579545 MHz in every PC.
 */
#include <arch/lapic.h>
#include <arch/sysreg.h>
#include <arch/x86.h>
#include <hal/cpu.h>
#include <hal/irqchip.h>
#include <hal/timer.h>
#include <kernel/printk.h>
#include <lib/ratio.h>
#include <lib/util.h>

enum { PIT_CHANNEL_2 = 0x42, PIT_CONTROL = 0x43, GATE_PORT = 0x61 };
enum { SELECT_2_MODE_0 = 0xb0, LATCH_2 = 0x80, GATE_2 = 1 << 0, SPEAKER = 1 << 1, OUT_2 = 1 << 5 };
enum {
    PIT_HZ_TIMES_3 = 3579545,
    PIT_START = 0xffff,
    PIT_WAIT = PIT_HZ_TIMES_3 / 3 / 25, /* 40 ms; after 55 it wraps */
    SAMPLES = 32,
    TRIES = 50,
    MOST_LOOKS = 1 << 20,
    SPINS_PER_LOOK = 1000,
};

struct sample {
    uint64_t tsc;
    uint32_t lapic;
    unsigned pit; /* counts down, as lapic does */
};

static struct ratio lapic_per_tick;

static unsigned pit_read_latched(void)
{
    unsigned low = inb(PIT_CHANNEL_2);
    return low | (unsigned)inb(PIT_CHANNEL_2) << 8;
}

static void pit_start(void)
{
    outb(GATE_PORT, (inb(GATE_PORT) | GATE_2) & (uint8_t)~SPEAKER);
    outb(PIT_CONTROL, SELECT_2_MODE_0);
    outb(PIT_CHANNEL_2, PIT_START & 0xff);
    outb(PIT_CHANNEL_2, PIT_START >> 8);
}

/* The three counters at once: of some attempts the shortest, during which the host did nothing else. */
static struct sample take_sample(void)
{
    struct sample best = { 0 };
    uint64_t least = UINT64_MAX;
    for (int i = 0; i < SAMPLES; i++) {
        uint64_t before = hal_timer_now();
        outb(PIT_CONTROL, LATCH_2);
        uint32_t lapic = lapic_read(LAPIC_TIMER_CURRENT);
        uint64_t window = hal_timer_now() - before;
        unsigned pit = pit_read_latched();
        if (window < least) {
            least = window;
            best = (struct sample){ before + window / 2, lapic, pit };
        }
    }
    return best;
}

/* Ports are slow to read, above all in a virtual machine: look only now and then. */
static void pit_wait_for(unsigned count)
{
    for (int looks = 0; looks < MOST_LOOKS; looks++) {
        outb(PIT_CONTROL, LATCH_2);
        if (pit_read_latched() <= count)
            return;
        for (int i = 0; i < SPINS_PER_LOOK; i++)
            __asm__ volatile("");
        hal_cpu_relax();
    }
}

static uint32_t rate(uint64_t counted, unsigned pit)
{
    uint64_t hz = div_u64(counted * PIT_HZ_TIMES_3, pit * 3, NULL);
    if (hz == 0 || hz > UINT32_MAX)
        panic("a counter that should be a clock counts %llu times a second", (unsigned long long)hz);
    return (uint32_t)hz;
}

uint32_t x86_timer_probe(void)
{
    hal_irqchip_init_cpu(); /* a local APIC that is off need not count */
    lapic_write(LAPIC_TIMER_DIVIDE, DIVIDE_BY_1);
    for (int i = 0; i < TRIES; i++) {
        pit_start();
        lapic_write(LAPIC_TIMER_INITIAL, UINT32_MAX);
        struct sample first = take_sample();
        if (first.pit <= PIT_WAIT)
            continue;
        pit_wait_for(first.pit - PIT_WAIT);
        struct sample last = take_sample();
        if ((inb(GATE_PORT) & OUT_2) != 0 || first.pit <= last.pit)
            continue; /* it wrapped: the host was busy elsewhere */
        uint32_t tsc_hz = rate(last.tsc - first.tsc, first.pit - last.pit);
        uint32_t lapic_hz = rate(first.lapic - last.lapic, first.pit - last.pit);
        lapic_per_tick = ratio_make(tsc_hz, lapic_hz);
        return tsc_hz;
    }
    panic("the 8254 does not count, so nothing says how long a second is");
}

void hal_timer_init_cpu(void)
{
    lapic_write(LAPIC_TIMER_DIVIDE, DIVIDE_BY_1);
    hal_timer_arm(UINT64_MAX);
    hal_irq_unmask(X86_IRQ_TIMER);
}

void hal_timer_arm(uint64_t when)
{
    uint64_t now = hal_timer_now();
    uint64_t count = 0; /* stops it */
    if (when <= now)
        count = 1;
    else if (when != UINT64_MAX)
        count = min_u64(ratio_apply(lapic_per_tick, when - now) + 1, UINT32_MAX);
    lapic_write(LAPIC_TIMER_INITIAL, (uint32_t)count);
}
