/*
 * demo_balance.c - threads that all begin on CPU 0 and, once they may, move until all CPUs have as many; and
 * two that sleep, of which the one with the shorter sleep ends first.
 */
#include <kernel/clock.h>
#include <kernel/console.h>
#include <kernel/demo.h>
#include <kernel/sched.h>
#include <kernel/smp.h>
#include <lib/ratio.h>
#include <lib/util.h>
#include <stdatomic.h>

enum { PER_CPU = 3, MOST = PER_CPU * MAX_CPUS, HELLO_MS = 100, LOOK_MS = 5, LIMIT_MS = 5000 };

static struct {
    int pid;
    atomic_uint cpu, moves; /* written by the thread itself */
} threads[MOST];

static atomic_uint ready; /* threads that have said hello once */
static atomic_bool over;

/* A preemption may make the answer old at once: then the next look corrects it. */
static unsigned cpu_now(void)
{
    unsigned long s = hal_irq_save();
    unsigned cpu = this_cpu()->index;
    hal_irq_restore(s);
    return cpu;
}

static void thread(void *arg)
{
    unsigned i = (unsigned)(uintptr_t)arg, moves = 0;
    uint64_t hello = 0;
    while (!atomic_load_explicit(&over, memory_order_relaxed)) {
        unsigned cpu = cpu_now();
        bool moved = cpu != atomic_load_explicit(&threads[i].cpu, memory_order_relaxed);
        if (moved) {
            atomic_store_explicit(&threads[i].cpu, cpu, memory_order_relaxed);
            atomic_store_explicit(&threads[i].moves, ++moves, memory_order_relaxed);
        }
        if (moved || hal_timer_now() >= hello) {
            kprintf("CPU %u says hello from PID %d\n", cpu, current()->pid);
            if (hello == 0)
                atomic_fetch_add_explicit(&ready, 1, memory_order_relaxed);
            hello = clock_in_ms(HELLO_MS);
            sched_yield(); /* so that all come to say it soon */
        }
    }
}

static unsigned moves_of_all(unsigned n)
{
    unsigned moves = 0;
    for (unsigned i = 0; i < n; i++)
        moves += atomic_load_explicit(&threads[i].moves, memory_order_relaxed);
    return moves;
}

/* How many threads each CPU has; returns whether all have as many. */
static bool count(unsigned n, unsigned on[MAX_CPUS])
{
    bool even = true;
    for (unsigned cpu = 0; cpu < MAX_CPUS; cpu++)
        on[cpu] = 0;
    for (unsigned i = 0; i < n; i++)
        on[atomic_load_explicit(&threads[i].cpu, memory_order_relaxed)]++;
    for (uint32_t set = smp_online(); set != 0; set &= set - 1)
        even &= on[bit_lowest32(set)] == on[0];
    return even;
}

/* Returns how many there are; all on CPU 0, which they may not leave. */
static unsigned spawn_all(unsigned wanted)
{
    unsigned n = 0;
    atomic_store_explicit(&over, false, memory_order_relaxed);
    atomic_store_explicit(&ready, 0, memory_order_relaxed);
    for (; n < wanted; n++) {
        atomic_store_explicit(&threads[n].cpu, 0, memory_order_relaxed);
        atomic_store_explicit(&threads[n].moves, 0, memory_order_relaxed);
        threads[n].pid = proc_spawn_on(1, "mover", PRIO_NORMAL, thread, (void *)(uintptr_t)n);
        if (threads[n].pid < 0) {
            kprintf("demo balance: no memory for more than %u threads\n", n);
            break;
        }
    }
    return n;
}

static void spread(void)
{
    unsigned on[MAX_CPUS];
    unsigned n = spawn_all(PER_CPU * smp_count());
    kprintf("%u threads on CPU 0, of %u CPU%s\n", n, smp_count(), smp_count() == 1 ? "" : "s");
    while (atomic_load_explicit(&ready, memory_order_relaxed) < n)
        sleep_ms(LOOK_MS);
    uint64_t start = hal_timer_now(), end = clock_in_ms(LIMIT_MS);
    for (unsigned i = 0; i < n; i++)
        proc_set_affinity(threads[i].pid, UINT32_MAX);
    do {
        sleep_ms(LOOK_MS);
    } while (!count(n, on) && hal_timer_now() < end);
    unsigned ms = (unsigned)div_u64(clock_ns_from_ticks(hal_timer_now() - start), 1000000, NULL);
    bool even = count(n, on);
    unsigned moves = moves_of_all(n);
    atomic_store_explicit(&over, true, memory_order_relaxed);
    while (proc_wait(-1, NULL) > 0) {
    }
    kprintf(" CPU  THREADS\n");
    for (uint32_t set = smp_online(); set != 0; set &= set - 1)
        kprintf("%4u  %7u\n", bit_lowest32(set), on[bit_lowest32(set)]);
    kprintf("%s after %u ms and %u moves\n", even ? "even" : "not even", ms, moves);
}

struct napper {
    char name;
    unsigned ms;
    int pid;
};

static void nap(void *arg)
{
    const struct napper *self = arg;
    kprintf("%c1\n", self->name);
    sleep_ms(self->ms);
    kprintf("%c2\n", self->name);
}

static void two_sleepers(void)
{
    static struct napper nappers[] = { { 'A', 100, 0 }, { 'B', 200, 0 } };
    for (unsigned i = 0; i < ARRAY_SIZE(nappers); i++) {
        char name[] = { nappers[i].name, 0 };
        nappers[i].pid = proc_spawn(name, PRIO_NORMAL, nap, &nappers[i]);
        if (nappers[i].pid < 0)
            kprintf("demo balance: no memory for %s\n", name);
    }
    for (int pid; (pid = proc_wait(-1, NULL)) > 0;) {
        for (unsigned i = 0; i < ARRAY_SIZE(nappers); i++) {
            if (nappers[i].pid == pid)
                kprintf("%c exited\n", nappers[i].name);
        }
    }
    kprintf("all processes exited\n");
}

void demo_balance(void)
{
    spread();
    two_sleepers();
}
