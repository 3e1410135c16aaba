/*
 * mutex.c - mutexes: one compare-and-exchange to lock, one to unlock, when nobody else wants it.
 *
 * While somebody waits MUTEX_WAITED is set in the owner's word. It makes the compare-and-exchange of an
 * unlock fail, and is changed only under the queue's lock.
 *
 * A failed exchange needs no order, but is given one: for RISC-V, gcc before 14 derives the order of lr from
 * that of the failure, and an SC.aq alone orders nothing (RISC-V Unprivileged ISA, "Zalrsc").
 */
#include <kernel/kassert.h>
#include <kernel/mutex.h>
#include <kernel/sched.h>
#include <kernel/waitq_hand.h>

enum { MUTEX_WAITED = 1 };

void mutex_init(struct mutex *m, const char *name)
{
    atomic_init(&m->owner, 0);
    waitq_init(&m->waiters, name);
}

static uintptr_t me(void)
{
    return (uintptr_t)current();
}

static bool take_if_free(struct mutex *m)
{
    uintptr_t nobody = 0;
    return atomic_compare_exchange_strong_explicit(&m->owner, &nobody, me(), memory_order_acquire,
                                                   memory_order_acquire);
}

/* Queue's lock held. Says that we wait, unless the mutex is free after all. Returns whether we got it. */
static bool take_or_announce(struct mutex *m)
{
    uintptr_t owner = atomic_load_explicit(&m->owner, memory_order_relaxed);
    for (;;) {
        if ((owner & ~(uintptr_t)MUTEX_WAITED) == me())
            panic("mutex %s: %s (PID %d) locks it and has it already", m->waiters.lock.name, current()->name,
                  current()->pid);
        uintptr_t to = owner == 0 ? me() : owner | MUTEX_WAITED;
        if (atomic_compare_exchange_weak_explicit(&m->owner, &owner, to, memory_order_acquire,
                                                  memory_order_acquire))
            return owner == 0;
    }
}

/* Somebody else has it. Whoever wakes us has made us the owner. */
static int wait_for_it(struct mutex *m, unsigned long s, uint64_t when, bool killable)
{
    int result = waitq_unlock_wait_limited(&m->waiters, s, when, killable);
    if (result == 0)
        return 0;
    s = spin_lock(&m->waiters.lock);
    if (list_empty(&m->waiters.waiters))
        atomic_fetch_and_explicit(&m->owner, ~(uintptr_t)MUTEX_WAITED, memory_order_relaxed);
    spin_unlock(&m->waiters.lock, s);
    return result;
}

static __attribute__((noinline)) int lock_slowly(struct mutex *m, uint64_t when, bool killable)
{
    struct timeout alarm;
    int result = 0;
    waitq_alarm_start(&alarm, when);
    unsigned long s = spin_lock(&m->waiters.lock);
    if (take_or_announce(m))
        spin_unlock(&m->waiters.lock, s);
    else
        result = wait_for_it(m, s, when, killable);
    waitq_alarm_stop(&alarm, when);
    return result;
}

static inline void check_context(void)
{
    if (!CONFIG_DEBUG)
        return;
    KASSERT(hal_irq_enabled());
    spin_debug_none_held("mutex_lock()");
}

void mutex_lock(struct mutex *m)
{
    check_context();
    if (!take_if_free(m))
        lock_slowly(m, WAIT_FOR_EVER, false);
}

bool mutex_trylock(struct mutex *m)
{
    check_context();
    return take_if_free(m);
}

int mutex_lock_killable(struct mutex *m)
{
    check_context();
    return take_if_free(m) ? 0 : lock_slowly(m, WAIT_FOR_EVER, true);
}

int mutex_lock_timeout(struct mutex *m, uint64_t when)
{
    check_context();
    return take_if_free(m) ? 0 : lock_slowly(m, when, false);
}

static __attribute__((noinline)) void unlock_slowly(struct mutex *m)
{
    unsigned long s = spin_lock(&m->waiters.lock);
    if (!mutex_held(m))
        panic("mutex %s: %s (PID %d) unlocks it and does not have it", m->waiters.lock.name, current()->name,
              current()->pid);
    struct waiter *w = waitq_take(&m->waiters);
    uintptr_t next = w == NULL ? 0 : (uintptr_t)w->proc;
    if (!list_empty(&m->waiters.waiters))
        next |= MUTEX_WAITED;
    atomic_store_explicit(&m->owner, next, memory_order_release);
    if (w != NULL)
        waitq_unlock_wake(&m->waiters, w, s);
    else
        spin_unlock(&m->waiters.lock, s);
}

void mutex_unlock(struct mutex *m)
{
    uintptr_t mine = me();
    if (!atomic_compare_exchange_strong_explicit(&m->owner, &mine, 0, memory_order_seq_cst,
                                                 memory_order_seq_cst))
        unlock_slowly(m);
}

bool mutex_held(struct mutex *m)
{
    return (atomic_load_explicit(&m->owner, memory_order_relaxed) & ~(uintptr_t)MUTEX_WAITED) == me();
}
