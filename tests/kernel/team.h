/* team.h - threads over all CPUs, for the tests of several CPUs. */
#pragma once
#include <kernel/ktest.h>
#include <kernel/proc.h>
#include <stdint.h>

/* Any context. A CPU that is in use, as number and as mask; i, any number, chooses. */
unsigned team_cpu(unsigned i);
static inline uint32_t team_mask(unsigned i)
{
    return 1u << team_cpu(i);
}

/* Thread. A child that may run on these CPUs; the test fails where there is no memory for it. */
int team_spawn(uint32_t mask, unsigned prio, void (*fn)(void *), uintptr_t arg);
/* Thread. Until all children have ended; how many those were. */
unsigned team_wait(void);

/* Any context. The CPU on which the caller is just now. */
unsigned team_here(void);
/* Thread. The caller's CPU time so far, in counter ticks. */
uint64_t team_used(void);
/* Any context. So many quanta from now, by the counter. */
uint64_t team_quanta(unsigned n);
/* Thread. Computes until counter value `end`. */
void team_spin(uint64_t end);

/*
 * Thread. An alarm eight times a millisecond, until told otherwise. Under -icount QEMU lets one CPU go on
 * until the next alarm of all. Without one, who waits for another CPU in firmware waits half a second.
 */
void team_pulse(bool on);

/* Any context. How often something of which there are `most` is to be done: stress=N is percent of it. */
unsigned team_times(unsigned most);
/* Any context. seed= of the command line, made another one for thread i; never 0. */
uint32_t team_seed(unsigned i);
