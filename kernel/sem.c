/* sem.c - counting semaphores. A unit goes from hand to hand: it is not counted on the way to a waiter. */
#include <kernel/sem.h>

void sem_init(struct semaphore *sem, const char *name, unsigned count)
{
    waitq_init(&sem->waiters, name);
    sem->count = count;
}

void sem_up(struct semaphore *sem)
{
    unsigned long s = spin_lock(&sem->waiters.lock);
    struct waiter *w = waitq_take(&sem->waiters);
    if (w == NULL) {
        sem->count++;
        spin_unlock(&sem->waiters.lock, s);
    } else {
        waitq_unlock_wake(&sem->waiters, w, s);
    }
}

bool sem_try_down(struct semaphore *sem)
{
    unsigned long s = spin_lock(&sem->waiters.lock);
    bool got = sem->count > 0;
    sem->count -= got;
    spin_unlock(&sem->waiters.lock, s);
    return got;
}

void sem_down(struct semaphore *sem)
{
    unsigned long s = spin_lock(&sem->waiters.lock);
    if (sem->count > 0) {
        sem->count--;
        spin_unlock(&sem->waiters.lock, s);
    } else {
        waitq_unlock_wait(&sem->waiters, s);
    }
}

static int down_limited(struct semaphore *sem, uint64_t when, bool killable)
{
    unsigned long s = spin_lock(&sem->waiters.lock);
    if (sem->count == 0)
        return waitq_unlock_wait_limited(&sem->waiters, s, when, killable);
    sem->count--;
    spin_unlock(&sem->waiters.lock, s);
    return 0;
}

int sem_down_killable(struct semaphore *sem)
{
    return down_limited(sem, WAIT_FOR_EVER, true);
}

int sem_down_timeout(struct semaphore *sem, uint64_t when)
{
    if (sem_try_down(sem))
        return 0; /* without an alarm */
    struct timeout alarm;
    waitq_alarm_start(&alarm, when);
    int result = down_limited(sem, when, false);
    waitq_alarm_stop(&alarm, when);
    return result;
}
