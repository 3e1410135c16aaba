/* sem.c - counting semaphores. A unit goes from hand to hand: it is not counted on the way to a waiter. */
#include <kernel/sem.h>
#include <kernel/waitq_hand.h>

void sem_init(struct semaphore *sem, const char *name, unsigned count)
{
    waitq_init(&sem->waiters, name);
    sem->count = count;
}

/* irqs off, queue's lock held. */
SCHED_INLINE void give(struct semaphore *sem, unsigned long s)
{
    struct waiter *w = waitq_take(&sem->waiters);
    if (w == NULL) {
        sem->count++;
        spin_unlock(&sem->waiters.lock, s);
    } else {
        waitq_unlock_wake(&sem->waiters, w, s);
    }
}

/* Out of the way, which would have to save more registers for it even where nobody waits for the lock. */
static __attribute__((noinline)) void give_in_turn(struct semaphore *sem, unsigned long s, unsigned ticket)
{
    spin_wait(&sem->waiters.lock, ticket);
    give(sem, s);
}

void sem_up(struct semaphore *sem)
{
    unsigned ticket;
    unsigned long s = hal_irq_save();
    if (__builtin_expect(spin_draw(&sem->waiters.lock, &ticket), 1))
        give(sem, s);
    else
        give_in_turn(sem, s, ticket);
}

bool sem_try_down(struct semaphore *sem)
{
    unsigned long s = spin_lock(&sem->waiters.lock);
    bool got = sem->count > 0;
    sem->count -= got;
    spin_unlock(&sem->waiters.lock, s);
    return got;
}

/* irqs off, queue's lock held; on return irqs are on. */
SCHED_INLINE void take(struct semaphore *sem)
{
    if (sem->count > 0) {
        sem->count--;
        spin_unlock_raw(&sem->waiters.lock);
    } else {
        waitq_unlock_wait(&sem->waiters);
    }
    hal_irq_enable();
}

static __attribute__((noinline)) void take_in_turn(struct semaphore *sem, unsigned ticket)
{
    spin_wait(&sem->waiters.lock, ticket);
    take(sem);
}

void sem_down(struct semaphore *sem)
{
    unsigned ticket;
    if (CONFIG_DEBUG)
        KASSERT(hal_irq_enabled());
    hal_irq_disable();
    if (__builtin_expect(spin_draw(&sem->waiters.lock, &ticket), 1))
        take(sem);
    else
        take_in_turn(sem, ticket);
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
