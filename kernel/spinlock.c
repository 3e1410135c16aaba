/*
 * spinlock.c - waiting for a lock, and the checks of DEBUG builds.
 *
 * What a CPU holds is a stack in its struct cpu. The run-queue lock is taken by one thread and let go by the
 * next, on the same CPU, so the stack stays right across the switch.
 */
#include <hal/timer.h>
#include <kernel/clock.h>
#include <kernel/kassert.h>
#include <kernel/sched.h>
#include <kernel/smp.h>
#include <kernel/spinlock.h>
#include <lib/util.h>

void spin_init(struct spinlock *l, const char *name, enum lock_rank rank)
{
    *l = (struct spinlock)SPINLOCK_INIT(name, rank);
}

enum { PATIENCE_MS = 20000, LOOKS_BETWEEN = 4096, STEP_MOST_MS = 100 };

/*
 * DEBUG: how long a wait has been in vain. All on one CPU, with interrupts off: the clock is the same. A
 * virtual CPU may be off its host's processors for long, and so may the one that it waits for; or the host
 * stands still, and the clock jumps. So of the time between two checks no more counts than looking takes: who
 * waits has had that much of a processor, and the holder about as much. And while the lock goes on from
 * holder to holder, nothing is wrong.
 */
struct patience {
    uint64_t began, checked, waited; /* counter ticks; waited: what counts, since the lock went on */
    unsigned serving;                /* at the last check */
};

/* The locks of others change while we read; but one that has been held for so long stays. */
static _Noreturn __attribute__((noinline)) void lose_patience(const struct spinlock *l, unsigned ticket,
                                                              const struct patience *w)
{
    unsigned me = this_cpu()->index;
    unsigned secs = 0; /* of the clock: many more than PATIENCE_MS tell of a host that is busy elsewhere */
    for (uint64_t left = w->checked - w->began, s = clock_ticks_from_ms(1000); left >= s; left -= s)
        secs++;
    unsigned next = atomic_load_explicit(&l->next, memory_order_relaxed);
    for (unsigned i = 0; i < MAX_CPUS; i++) {
        const struct cpu *cpu = &cpus[i];
        for (unsigned n = 0; n < cpu->nheld && n < CPU_MAX_HELD; n++) {
            if (i != me && cpu->held[n].lock == l)
                panic("lock %s (%p): CPU %u waits in vain, since %u s; ticket %u, served %u, next %u; CPU %u "
                      "holds it, and took it at %p",
                      l->name, (const void *)l, me, secs, ticket, w->serving, next, i,
                      (void *)cpu->held[n].caller);
        }
    }
    panic("lock %s (%p): CPU %u waits in vain, since %u s; ticket %u, served %u, next %u; nobody holds it",
          l->name, (const void *)l, me, secs, ticket, w->serving, next);
}

static void check_patience(const struct spinlock *l, unsigned ticket, struct patience *w)
{
    uint64_t now = hal_timer_now();
    unsigned serving = atomic_load_explicit(&l->serving, memory_order_relaxed);
    w->waited += min_u64(now - w->checked, clock_ticks_from_ms(STEP_MOST_MS));
    if (serving != w->serving)
        w->waited = 0;
    w->serving = serving;
    w->checked = now;
    if (w->waited >= clock_ticks_from_ms(PATIENCE_MS) && serving != ticket)
        lose_patience(l, ticket, w);
}

static struct patience full_patience(const struct spinlock *l)
{
    uint64_t now = hal_timer_now();
    return (struct patience){ now, now, 0, atomic_load_explicit(&l->serving, memory_order_relaxed) };
}

void spin_wait(struct spinlock *l, unsigned ticket)
{
    unsigned looks = 0;
    struct patience patience;
    if (CONFIG_DEBUG)
        patience = full_patience(l);
    while (atomic_load_explicit(&l->serving, memory_order_acquire) != ticket) {
        hal_cpu_relax();
        smp_answer();
        if (CONFIG_DEBUG && ++looks % LOOKS_BETWEEN == 0)
            check_patience(l, ticket, &patience);
    }
    if (CONFIG_DEBUG)
        spin_debug_taken(l);
}

/* The two locks of a move, in the order of their CPUs. */
static bool is_pair(const struct spinlock *first, const struct spinlock *second)
{
    return first->rank == RANK_RUNQ && second->rank == RANK_RUNQ && first < second;
}

static const struct spinlock *last_held(const struct cpu *cpu)
{
    return cpu->nheld > 0 ? cpu->held[cpu->nheld - 1].lock : NULL;
}

void spin_debug_lock(const struct spinlock *l)
{
    if (!sched_started())
        return;
    struct cpu *cpu = this_cpu();
    const struct spinlock *last = last_held(cpu);
    if (hal_irq_enabled())
        panic("lock %s taken with interrupts on", l->name);
    if (cpu->nheld == CPU_MAX_HELD)
        panic("lock %s is one too many for CPU %u", l->name, cpu->index);
    if (last != NULL && last->rank >= l->rank && !is_pair(last, l))
        panic("lock order: %s (rank %d) taken while holding %s (rank %d)", l->name, l->rank, last->name,
              last->rank);
}

void spin_debug_taken(const struct spinlock *l)
{
    if (!sched_started())
        return;
    struct cpu *cpu = this_cpu();
    cpu->held[cpu->nheld++] = (struct held_lock){ l, (uintptr_t)__builtin_return_address(0) };
}

void spin_debug_unlock(const struct spinlock *l)
{
    if (!sched_started())
        return;
    struct cpu *cpu = this_cpu();
    for (unsigned i = cpu->nheld; i-- > 0;) {
        if (cpu->held[i].lock != l)
            continue;
        cpu->nheld--;
        for (; i < cpu->nheld; i++)
            cpu->held[i] = cpu->held[i + 1];
        return;
    }
    panic("lock %s let go by CPU %u, which does not hold it", l->name, cpu->index);
}

void spin_debug_none_held(const char *who)
{
    unsigned long s = hal_irq_save(); /* else the caller may be on another CPU by now, which holds one */
    const struct spinlock *last = last_held(this_cpu());
    hal_irq_restore(s);
    if (last != NULL)
        panic("%s may sleep, but %s is held", who, last->name);
}
