/*
 * kernel/mutex.h - a lock that a thread may sleep with, and sleeps for.
 *
 * First come, first served: whoever unlocks hands it to the one that waits longest, so nobody starves and
 * nobody overtakes. The price: a mutex that is much in demand costs a switch each time it changes hands.
 * Locking it twice, and unlocking what another holds, ends in a panic in every build.
 */
#pragma once
#include <kernel/waitq.h>

struct mutex {
    atomic_uintptr_t owner; /* its struct proc; 0: nobody's. MUTEX_WAITED: somebody may wait */
    struct waitq waiters;
};

#define MUTEX_INIT(mutex, name) { 0, WAITQ_INIT((mutex).waiters, name) }

void mutex_init(struct mutex *m, const char *name);

/* All: thread, irqs on, no spinlock held. Sleeps until the caller has it. */
void mutex_lock(struct mutex *m);
bool mutex_trylock(struct mutex *m); /* Does not sleep. */
/* The same as mutex_lock(), or -EINTR if the caller is asked to end. */
int mutex_lock_killable(struct mutex *m);
/* The same, or -ETIMEDOUT if it is not to be had before counter value `when`. */
int mutex_lock_timeout(struct mutex *m, uint64_t when);
/* The caller has it. Any number of mutexes are let go in any order. */
void mutex_unlock(struct mutex *m);

bool mutex_held(struct mutex *m); /* Thread. By the caller? For assertions. */
