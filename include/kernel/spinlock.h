/*
 * kernel/spinlock.h - ticket spinlocks: first come, first served, always with interrupts off.
 *
 * Every lock has a rank; a CPU takes locks in rising rank only. A DEBUG build checks that, and panics with
 * both names. The order is enum lock_rank and nothing else (docs/locking.md says why).
 */
#pragma once
#include <hal/cpu.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum lock_rank {
    RANK_PROC_TABLE = 1,
    RANK_GROUP,   /* the threads of a process, and its signals */
    RANK_CACHES,  /* the list of slab caches */
    RANK_KSTACK,  /* stack slots */
    RANK_VM,      /* one tree of page tables */
    RANK_ASID,    /* numbers of address spaces */
    RANK_SLAB,    /* one slab cache */
    RANK_PAGE,    /* free pages */
    RANK_DEVICE,  /* console input, interrupt lines */
    RANK_WORKQ,   /* one work queue */
    RANK_CAPS,    /* who has a capability from whom */
    RANK_TABLE,   /* one table of capabilities */
    RANK_ENDPOINT,
    RANK_TIMEOUT,
    RANK_WAITQ,
    RANK_RUNQ,    /* held across the context switch */
    RANK_PRINT,
};

struct spinlock {
    atomic_uint    serving; /* the ticket whose turn it is. First: cheapest to reach without an offset */
    atomic_uint    next;    /* the ticket that the next comer draws */
    enum lock_rank rank;
    const char    *name;
};

#define SPINLOCK_INIT(lock_name, lock_rank) { .rank = (lock_rank), .name = (lock_name) }

void spin_init(struct spinlock *l, const char *name, enum lock_rank rank);

/* irqs off. Waits until ticket has its turn; meanwhile does what other CPUs wait for. */
void spin_wait(struct spinlock *l, unsigned ticket);

/*
 * DEBUG builds: this CPU is about to take l, has taken it, or lets it go. Panics on a rank that does not
 * rise; two run queues are taken in the order of their CPUs.
 */
void spin_debug_lock(const struct spinlock *l);
void spin_debug_taken(const struct spinlock *l);
void spin_debug_unlock(const struct spinlock *l);
/* DEBUG builds: panics if this CPU holds a spinlock. For everything that may sleep. */
void spin_debug_none_held(const char *who);

/*
 * irqs off. spin_lock_raw() in two steps, for who has better things to do than to wait in line: draw a
 * ticket, and say whether it has its turn already. If not, spin_wait() has to follow.
 */
static inline bool spin_draw(struct spinlock *l, unsigned *ticket)
{
    if (CONFIG_DEBUG)
        spin_debug_lock(l);
    *ticket = atomic_fetch_add_explicit(&l->next, 1, memory_order_relaxed);
    bool served = atomic_load_explicit(&l->serving, memory_order_acquire) == *ticket;
    if (CONFIG_DEBUG && served)
        spin_debug_taken(l);
    return served;
}

/* irqs are off already, and stay off. */
static inline void spin_lock_raw(struct spinlock *l)
{
    unsigned ticket;
    if (__builtin_expect(!spin_draw(l, &ticket), 0))
        spin_wait(l, ticket);
}

static inline void spin_unlock_raw(struct spinlock *l)
{
    if (CONFIG_DEBUG)
        spin_debug_unlock(l);
    unsigned served = atomic_load_explicit(&l->serving, memory_order_relaxed);
    atomic_store_explicit(&l->serving, served + 1, memory_order_release);
}

/* Any context. Turns interrupts off, takes the lock; returns the interrupt state for spin_unlock(). */
static inline unsigned long spin_lock(struct spinlock *l)
{
    unsigned long s = hal_irq_save();
    spin_lock_raw(l);
    return s;
}

static inline void spin_unlock(struct spinlock *l, unsigned long s)
{
    spin_unlock_raw(l);
    hal_irq_restore(s);
}
