/* kernel/proc_table.h - the process table, for the files proc*.c. */
#pragma once
#include <kernel/pid.h>
#include <kernel/proc.h>
#include <kernel/spinlock.h>

/* Processes that are looked at, or given away, before interrupts may come. */
enum { PROCS_AT_ONCE = 64 };

struct proc_table {
    struct spinlock lock; /* RANK_PROC_TABLE */
    struct pids pids;
    struct proc *init; /* PID 1, who adopts orphans */
    unsigned long switches_of_dead;
    atomic_uint count;
    struct cache *cache; /* of struct proc. Fixed */
};

extern struct proc_table proc_table;

/* Sets up what a process that has ended leaves as it was, for the next one in its place. */
void proc_construct(void *object);
/*
 * Thread. A process that will run a program with u: NEW, a child of parent with the caller's priority and
 * CPUs. Its frame is to be filled in, then sched_start() has it call fn(arg). Its PID; or as proc_spawn(), or
 * -EINTR: a signal comes first; and u is as it was.
 */
int proc_create(struct user *u, struct proc *parent, const char *name, void (*fn)(void *), void *arg);
/*
 * Table lock held, which is let go, with interrupts restored to s. The process has ended: it is gone, and
 * its user too. Its PID; its exit code in *code, which may be NULL.
 */
int proc_bury(struct proc *zombie, int *code, unsigned long s);

/* The rest: p is NEW, and may run anywhere. Its stack is the caller's to see to. */
void proc_prepare(struct proc *p, const char *name, unsigned prio);
