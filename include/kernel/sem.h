/*
 * kernel/sem.h - counting semaphores: so many units; who wants one and finds none sleeps.
 *
 * First come, first served: while somebody waits, sem_up() hands its unit to the one that waits longest.
 */
#pragma once
#include <kernel/waitq.h>

struct semaphore {
    struct waitq waiters;
    unsigned count; /* units that nobody has. The queue's lock. Not 0: nobody waits */
};

#define SEM_INIT(sem, name, count) { WAITQ_INIT((sem).waiters, name), count }

void sem_init(struct semaphore *sem, const char *name, unsigned count);

/* Any context, locks below RANK_WAITQ held. One unit more. */
void sem_up(struct semaphore *sem);
/* The same context. One unit less, if there is one. */
bool sem_try_down(struct semaphore *sem);

/* Thread, no lock held; sleeps until it has got a unit. */
void sem_down(struct semaphore *sem);
/* The same, or -EINTR if the caller is asked to end. */
int sem_down_killable(struct semaphore *sem);
/* The same, or -ETIMEDOUT if there is none before counter value `when`. */
int sem_down_timeout(struct semaphore *sem, uint64_t when);
