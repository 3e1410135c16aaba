/*
 * kernel/timeout.h - call a function at a time.
 *
 * Each CPU has a tree of its own timeouts, ordered by counter value, equals in the order in which they were
 * added; the alarm rings for the first (clock.c).
 */
#pragma once
#include <kernel/spinlock.h>
#include <lib/rbtree.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct cpu;

struct timeout {
    struct rb_node node;         /* key: when, in counter ticks. The lock of the timeouts of cpu */
    struct cpu *_Atomic cpu;     /* where it is pending or running, or was last; NULL: it was never added */
    void      (*fn)(void *arg);  /* irqs off, no lock held, in an interrupt */
    void       *arg;
};

struct timeouts {
    struct spinlock lock;
    struct rb_tree  tree;
    atomic_bool     any;     /* is there one in the tree? Written under the lock */
    struct timeout *running; /* its function is being called */
};

void timeouts_init(struct timeouts *ts);

void timeout_init(struct timeout *t, void (*fn)(void *arg), void *arg);

/*
 * Any context, t's own function included. t is not pending. fn(arg) is called at counter value `when`, at
 * once if that is past: on this CPU, or, if it is running on another, there, so that it never runs twice at
 * a time.
 */
void timeout_add(struct timeout *t, uint64_t when);

/*
 * Any context, t's own function included. When this returns, fn will not be called and, unless it is the
 * caller, is not running; t may be reused. Waits while fn is running on another CPU: so the caller holds no
 * lock that fn wants, and is not itself a function that fn cancels. If fn ends with freeing t, the caller
 * has to know that it did not. Returns whether a call was to come, and now will not.
 */
bool timeout_cancel(struct timeout *t);

/*
 * irqs off, on the CPU of ts, outside of timeouts_run(). Is any pending? Needs no lock: meanwhile nobody else
 * adds one here.
 */
static inline bool timeouts_any(const struct timeouts *ts)
{
    return atomic_load_explicit(&ts->any, memory_order_relaxed);
}

/*
 * irqs off, in the alarm. Calls what is due at counter value now; returns when the next one is, or
 * UINT64_MAX.
 */
uint64_t timeouts_run(struct cpu *cpu, uint64_t now);
