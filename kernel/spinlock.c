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

void spin_init(struct spinlock *l, const char *name, enum lock_rank rank)
{
    *l = (struct spinlock)SPINLOCK_INIT(name, rank);
}

/* DEBUG: a virtual CPU may be off its host's processors for a while. */
enum { PATIENCE_MS = 20000, LOOKS_BETWEEN = 4096 };

/* The locks of others change while we read; but one that has been held for so long stays. */
static void check_patience(const struct spinlock *l, uint64_t since)
{
    if (hal_timer_now() - since < clock_ticks_from_ms(PATIENCE_MS))
        return;
    unsigned me = this_cpu()->index;
    for (unsigned i = 0; i < MAX_CPUS; i++) {
        const struct cpu *cpu = &cpus[i];
        for (unsigned n = 0; n < cpu->nheld && n < CPU_MAX_HELD; n++) {
            if (i != me && cpu->held[n].lock == l)
                panic("lock %s: CPU %u waits for it since %u s; CPU %u holds it, and took it at %p", l->name,
                      me, PATIENCE_MS / 1000, i, (void *)cpu->held[n].caller);
        }
    }
    panic("lock %s: CPU %u waits for it since %u s, and nobody holds it", l->name, me, PATIENCE_MS / 1000);
}

void spin_wait(struct spinlock *l, unsigned ticket)
{
    unsigned looks = 0;
    uint64_t since = CONFIG_DEBUG ? hal_timer_now() : 0;
    while (atomic_load_explicit(&l->serving, memory_order_acquire) != ticket) {
        hal_cpu_relax();
        smp_answer();
        if (CONFIG_DEBUG && ++looks % LOOKS_BETWEEN == 0)
            check_patience(l, since);
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
