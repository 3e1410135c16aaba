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
    spin_lock_raw(&cpu->timeouts.lock);
    KASSERT(!t->pending);
    t->cpu = cpu;
    t->pending = true;
    heap_insert(&cpu->timeouts.heap, &t->node, when);
    spin_unlock_raw(&cpu->timeouts.lock);
    clock_alarm_by(cpu, when);
    hal_irq_restore(s);
}

bool timeout_cancel(struct timeout *t)
{
    struct cpu *cpu = t->cpu;
    if (cpu == NULL)
        return false;
    for (;;) {
        unsigned long s = spin_lock(&cpu->timeouts.lock);
        bool running = cpu->timeouts.running == t;
        bool stopped = t->pending;
        if (stopped) {
            heap_remove(&cpu->timeouts.heap, &t->node);
            t->pending = false;
        }
        spin_unlock(&cpu->timeouts.lock, s);
        if (!running)
            return stopped;
        /* its function is running on another CPU: wait for the end, it may add itself again */
        hal_cpu_relax();
    }
}

uint64_t timeouts_run(struct cpu *cpu, uint64_t now)
{
    struct timeouts *ts = &cpu->timeouts;
    uint64_t next = UINT64_MAX;
    spin_lock_raw(&ts->lock);
    while (ts->heap.root != NULL) {
        struct timeout *t = container_of(ts->heap.root, struct timeout, node);
        next = t->node.key;
        if (next > now)
            break;
        next = UINT64_MAX;
        heap_remove(&ts->heap, &t->node);
        t->pending = false;
        ts->running = t;
        spin_unlock_raw(&ts->lock);
        t->fn(t->arg);
        spin_lock_raw(&ts->lock);
        ts->running = NULL; /* from here on t may be gone */
    }
    spin_unlock_raw(&ts->lock);
    return next;
}
