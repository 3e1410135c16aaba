/*
 * kernel/timeout.h - call a function at a time.
 *
 * Each CPU has a heap of its own timeouts, ordered by counter value; the alarm rings for the first (clock.c).
 */
#pragma once
#include <kernel/spinlock.h>
#include <lib/heap.h>
#include <stdbool.h>
#include <stdint.h>

struct cpu;

struct timeout {
    struct heap_node node;     /* key: when, in counter ticks */
    void      (*fn)(void *arg); /* irqs off, no lock held, in an interrupt */
    void       *arg;
    struct cpu *cpu;           /* on whose heap it is or was last; NULL: never on any */
    bool        pending;       /* on that heap. That heap's lock */
};

struct timeouts {
    struct spinlock lock;
    struct heap     heap;
    struct timeout *running;   /* its function is being called */
};

void timeouts_init(struct timeouts *ts);

void timeout_init(struct timeout *t, void (*fn)(void *arg), void *arg);

/*
 * Any context, t's own function included. t is on no heap. fn(arg) is called on this CPU at counter value
 * `when`, at once if that is past.
 */
void timeout_add(struct timeout *t, uint64_t when);

/*
 * Any context but t's own function. When this returns, fn is not running and will not be called; t may be
 * reused. Returns whether it was stopped in time.
 */
bool timeout_cancel(struct timeout *t);

/*
 * irqs off, in the alarm. Calls what is due at counter value now; returns when the next one is, or
 * UINT64_MAX.
 */
uint64_t timeouts_run(struct cpu *cpu, uint64_t now);
