/* machine.h - several CPUs in virtual time, under the whole scheduler, in one thread.
 *
 * kernel/sched*.c, clock.c and timeout.c are the kernel's own. What the machine simulates is their ground: a
 * counter, alarms, calls from CPU to CPU, the end of a trap, and processes that only run.
 */
#pragma once
#include "host.h"

enum { MACHINE_PROCS = 64, MACHINE_TICKS_PER_MS = 1000 };

struct machine {
    unsigned ncpus;
    uint64_t seed;        /* not 0: alarms ring up to so much late, at random, */
    unsigned late_most;   /*   in counter ticks */
    unsigned long alarms; /* that rang, */
    unsigned long calls;  /*   and calls from CPU to CPU */
    unsigned nprocs;
    struct proc *proc[MACHINE_PROCS];
};
extern struct machine machine;

/* Begins anew: so many CPUs, all idle. policy: "rr" or "fair". */
void machine_start(unsigned ncpus, const char *policy, unsigned quantum_ms);

/* A process that only runs begins, on that CPU or where there is more room. */
struct proc *machine_spawn(unsigned cpu, unsigned prio, int nice, uint32_t affinity);

/* So much time passes. */
void machine_run(uint64_t ticks);

/* On that CPU, as in a system call: fn(arg) in its current process, then the end of a trap. */
void machine_on(unsigned cpu, void (*fn)(void *arg), void *arg);

/* CPU time that p has had. */
uint64_t machine_had(const struct proc *p);

/* What always holds: host_check()ed. */
void machine_check(void);
