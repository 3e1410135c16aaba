/* alone.c - what a unit calls of sched_cpu.c, smp.c and clock.c, for the tests that these are not part of. */
#include "host.h"

#include <kernel/clock.h>
#include <kernel/smp.h>

struct cpu cpus[MAX_CPUS];

bool sched_started(void)
{
    return host_cpus_run;
}

void sched_watch(bool on)
{
    (void)on;
}

void (*host_smp_flush)(void);

void smp_flush(uint32_t cpus_to_ask)
{
    (void)cpus_to_ask;
    if (host_smp_flush != NULL)
        host_smp_flush();
}

/* No CPU asks another for anything. */
void smp_answer(void)
{
}

uint64_t clock_ticks_from_ms(unsigned ms)
{
    return (uint64_t)ms * HOST_TICKS_PER_MS;
}
