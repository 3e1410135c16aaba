/*
 * spinlock.c - the lock-rank checks of DEBUG builds.
 *
 * What a CPU holds is a stack in its struct cpu. The run-queue lock is taken by one thread and let go by the
 * next, on the same CPU, so the stack stays right across the switch.
 */
#include <kernel/kassert.h>
#include <kernel/sched.h>
#include <kernel/spinlock.h>

void spin_init(struct spinlock *l, const char *name, enum lock_rank rank)
{
    *l = (struct spinlock)SPINLOCK_INIT(name, rank);
}

void spin_debug_lock(const struct spinlock *l)
{
    if (!sched_started())
        return;
    struct cpu *cpu = this_cpu();
    if (hal_irq_enabled())
        panic("lock %s taken with interrupts on", l->name);
    if (cpu->nheld == CPU_MAX_HELD)
        panic("lock %s is one too many for CPU %u", l->name, cpu->index);
    if (cpu->nheld > 0) {
        const struct spinlock *last = cpu->held[cpu->nheld - 1];
        if (last->rank >= l->rank)
            panic("lock order: %s (rank %d) taken while holding %s (rank %d)", l->name, l->rank, last->name,
                  last->rank);
    }
    cpu->held[cpu->nheld++] = l;
}

void spin_debug_unlock(const struct spinlock *l)
{
    if (!sched_started())
        return;
    struct cpu *cpu = this_cpu();
    for (unsigned i = cpu->nheld; i-- > 0;) {
        if (cpu->held[i] != l)
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
    struct cpu *cpu = this_cpu();
    if (cpu->nheld > 0)
        panic("%s may sleep, but %s is held", who, cpu->held[cpu->nheld - 1]->name);
}
