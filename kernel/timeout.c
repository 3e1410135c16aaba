/*
 * timeout.c - the things that have to happen at a time.
 *
 * A timeout is pending and running on one CPU only: t->cpu. That changes under the lock of the CPU that it
 * names, when t is neither there. So who has locked the timeouts of t->cpu, and then finds t->cpu unchanged,
 * knows all there is to know of t.
 */
#include <kernel/clock.h>
#include <kernel/kassert.h>
#include <kernel/sched.h>
#include <kernel/smp.h>
#include <kernel/timeout.h>

void timeouts_init(struct timeouts *ts)
{
    *ts = (struct timeouts){ .running = NULL };
    spin_init(&ts->lock, "timeouts", RANK_TIMEOUT);
}

void timeout_init(struct timeout *t, void (*fn)(void *arg), void *arg)
{
    *t = (struct timeout){ .fn = fn, .arg = arg };
}

/* Under the lock of ts. */
static inline void insert(struct timeouts *ts, struct timeout *t, uint64_t when)
{
    rb_insert(&ts->tree, &t->node, when);
    atomic_store_explicit(&ts->any, true, memory_order_relaxed);
}

static inline void remove(struct timeouts *ts, struct timeout *t)
{
    rb_remove(&ts->tree, &t->node);
    atomic_store_explicit(&ts->any, rb_first(&ts->tree) != NULL, memory_order_relaxed);
}

/* irqs off. Locks the timeouts of t->cpu, and returns that; or NULL. */
static struct cpu *lock_of(struct timeout *t)
{
    for (;;) {
        struct cpu *cpu = atomic_load_explicit(&t->cpu, memory_order_acquire);
        if (cpu == NULL)
            return NULL;
        spin_lock_raw(&cpu->timeouts.lock);
        if (cpu == atomic_load_explicit(&t->cpu, memory_order_relaxed))
            return cpu;
        spin_unlock_raw(&cpu->timeouts.lock); /* it was added elsewhere meanwhile */
    }
}

void timeout_add(struct timeout *t, uint64_t when)
{
    unsigned long s = hal_irq_save();
    struct cpu *here = this_cpu(), *cpu = lock_of(t);
    KASSERT(!rb_linked(&t->node));
    if (cpu != here && (cpu == NULL || cpu->timeouts.running != t)) {
        atomic_store_explicit(&t->cpu, here, memory_order_release);
        if (cpu != NULL)
            spin_unlock_raw(&cpu->timeouts.lock);
        cpu = here;
        spin_lock_raw(&cpu->timeouts.lock);
    }
    insert(&cpu->timeouts, t, when);
    spin_unlock_raw(&cpu->timeouts.lock);
    if (cpu == here) /* or else that one is in timeouts_run(), and will see it */
        clock_alarm_by(cpu, when);
    hal_irq_restore(s);
}

bool timeout_cancel(struct timeout *t)
{
    bool stopped = false, running = true;
    while (running) {
        unsigned long s = hal_irq_save();
        struct cpu *cpu = lock_of(t);
        running = false;
        if (cpu != NULL) {
            /* its function has this CPU for itself while it runs here: then it is the caller */
            running = cpu->timeouts.running == t && cpu != this_cpu();
            if (rb_linked(&t->node)) {
                remove(&cpu->timeouts, t);
                stopped = true;
            }
            spin_unlock_raw(&cpu->timeouts.lock);
        }
        if (running) { /* not for long; and before the end it may add itself again */
            hal_cpu_relax();
            smp_answer();
        }
        hal_irq_restore(s);
    }
    return stopped;
}

uint64_t timeouts_run(struct cpu *cpu, uint64_t now)
{
    struct timeouts *ts = &cpu->timeouts;
    struct rb_node *first;
    uint64_t next = UINT64_MAX;
    spin_lock_raw(&ts->lock);
    while ((first = rb_first(&ts->tree)) != NULL) {
        struct timeout *t = container_of(first, struct timeout, node);
        if (first->key > now) {
            next = first->key;
            break;
        }
        remove(ts, t);
        ts->running = t;
        spin_unlock_raw(&ts->lock);
        t->fn(t->arg);
        spin_lock_raw(&ts->lock);
        ts->running = NULL; /* from here on t may be gone */
    }
    spin_unlock_raw(&ts->lock);
    return next;
}
