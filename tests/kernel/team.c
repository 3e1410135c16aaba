/* team.c - threads over all CPUs. */
#include "team.h"

#include <hal/timer.h>
#include <kernel/clock.h>
#include <kernel/main.h>
#include <kernel/sched.h>
#include <kernel/smp.h>
#include <lib/cmdline.h>
#include <lib/util.h>
#include <stdatomic.h>

unsigned team_cpu(unsigned i)
{
    uint32_t set = smp_online();
    for (i %= smp_count(); i > 0; i--)
        set &= set - 1;
    return bit_lowest32(set);
}

int team_spawn(uint32_t mask, unsigned prio, void (*fn)(void *), uintptr_t arg)
{
    int pid = KTEST_CALL(proc_spawn_on(mask, "team", prio, fn, (void *)arg));
    if (pid < 0)
        ktest_fail("thread %lu: error %d", (unsigned long)arg, -pid);
    return pid;
}

unsigned team_wait(void)
{
    unsigned n = 0;
    while (proc_wait(-1, NULL) > 0)
        n++;
    return n;
}

unsigned team_here(void)
{
    unsigned long s = hal_irq_save();
    unsigned index = this_cpu()->index;
    hal_irq_restore(s);
    return index;
}

uint64_t team_used(void)
{
    return proc_run_ticks(current());
}

uint64_t team_quanta(unsigned n)
{
    return hal_timer_now() + n * sched_quantum;
}

void team_spin(uint64_t end)
{
    while (hal_timer_now() < end) {
        for (unsigned i = 0; i < 512; i++)
            __asm__ volatile("" : : : "memory");
        hal_cpu_relax();
    }
}

static struct timeout pulse;
static atomic_bool pulsing;

static void beat(void *arg)
{
    if (atomic_load(&pulsing))
        timeout_add(&pulse, hal_timer_now() + clock_ticks_from_ms(1) / 8);
    (void)arg;
}

void team_pulse(bool on)
{
    atomic_store(&pulsing, on);
    if (on) {
        timeout_init(&pulse, beat, NULL);
        beat(NULL);
    } else {
        timeout_cancel(&pulse);
    }
}

static unsigned long option(const char *key, unsigned long value)
{
    cmdline_get_uint(boot_info()->cmdline, key, &value);
    return value;
}

unsigned team_times(unsigned most)
{
    unsigned n = (unsigned)(most / 100 * option("stress", 100));
    return n > 0 ? n : 1;
}

uint32_t team_seed(unsigned i)
{
    return ((uint32_t)option("seed", 1) * 2654435761u ^ (i + 1) * 40503u) | 1;
}
