/* timeout.c - the things that have to happen at a time. */
#include <kernel/clock.h>
#include <kernel/kassert.h>
#include <kernel/sched.h>
#include <kernel/timeout.h>

void timeouts_init(struct timeouts *ts)
{
    spin_init(&ts->lock, "timeouts", RANK_TIMEOUT);
    ts->heap.root = NULL;
    ts->running = NULL;
}

void timeout_init(struct timeout *t, void (*fn)(void *arg), void *arg)
{
    *t = (struct timeout){ .fn = fn, .arg = arg };
}

void timeout_add(struct timeout *t, uint64_t when)
{
    unsigned long s = hal_irq_save();
    struct cpu *cpu = this_cpu();
    KASSERT(t->cpu == NULL);
    spin_lock_raw(&cpu->timeouts.lock);
    t->cpu = cpu;
    heap_insert(&cpu->timeouts.heap, &t->node, when);
    spin_unlock_raw(&cpu->timeouts.lock);
    clock_alarm_by(cpu, when);
    hal_irq_restore(s);
}

bool timeout_cancel(struct timeout *t)
{
    for (;;) {
        unsigned long s = hal_irq_save();
        struct cpu *cpu = t->cpu;
        if (cpu == NULL) {
            hal_irq_restore(s);
            return false;
        }
        spin_lock_raw(&cpu->timeouts.lock);
        bool running = cpu->timeouts.running == t;
        bool pending = t->cpu == cpu && !running;
        if (pending) {
            heap_remove(&cpu->timeouts.heap, &t->node);
            t->cpu = NULL;
        }
        spin_unlock(&cpu->timeouts.lock, s);
        if (pending)
            return true;
        hal_cpu_relax(); /* its function is running on another CPU: wait for the end */
    }
}

uint64_t timeouts_run(struct cpu *cpu, uint64_t now)
{
    struct timeouts *ts = &cpu->timeouts;
    spin_lock_raw(&ts->lock);
    struct heap_node *first;
    while ((first = ts->heap.root) != NULL && first->key <= now) {
        struct timeout *t = container_of(first, struct timeout, node);
        heap_remove(&ts->heap, first);
        ts->running = t;
        spin_unlock_raw(&ts->lock);
        t->fn(t->arg);
        spin_lock_raw(&ts->lock);
        ts->running = NULL;
        t->cpu = NULL; /* from here on it may be gone */
    }
    spin_unlock_raw(&ts->lock);
    return first != NULL ? first->key : UINT64_MAX;
}
