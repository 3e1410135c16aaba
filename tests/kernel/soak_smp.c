/*
 * soak_smp.c - all CPUs for as long as one likes: `soak=smp seconds=N [seed=N]`.
 *
 * Threads lock, beget, move each other, ring and map by chance, in bursts with sleep between. Once a minute
 * they end, and everything is counted. A watchdog looks for who makes no progress, and shows all processes.
 */
#include "load.h"
#include "soak.h"
#include "team.h"

#include <hal/mmu.h>
#include <hal/power.h>
#include <kernel/clock.h>
#include <kernel/console.h>
#include <kernel/main.h>
#include <kernel/memory.h>
#include <kernel/mutex.h>
#include <kernel/page.h>
#include <kernel/printk.h>
#include <kernel/sched.h>
#include <kernel/smp.h>
#include <kernel/timeout.h>
#include <kernel/vm.h>
#include <lib/util.h>
#include <stdatomic.h>

enum { WORKERS = 10, BURST_MOST = 24, SLEEP_MOST_MS = 1500, STALL_MS = 20000, MINUTE_MS = 60000 };

static struct {
    struct spinlock lock;
    struct mutex mutex;
    unsigned under_lock, under_mutex; /* these two by who holds it, */
    atomic_uint locked, mutexed;      /*   and as counted beside it */
    atomic_uint faults, moves, lives, maps, rings;
    uint64_t until;
} soak = { .lock = SPINLOCK_INIT("soak", RANK_WAITQ) };

static struct worker {
    struct timeout t;
    uint32_t random;
    atomic_int pid;
    atomic_uint progress;
    atomic_uint rung, added, cancelled;
    unsigned seen;
} workers[WORKERS];

static void fault(const char *what)
{
    kprintf("soak smp: %s\n", what);
    atomic_fetch_add(&soak.faults, 1);
}

static void rings(void *arg)
{
    struct worker *w = arg;
    atomic_fetch_add(&w->rung, 1);
}

static void live_shortly(void *arg)
{
    team_spin(hal_timer_now() + (uintptr_t)arg);
}

static void beget(struct worker *w)
{
    unsigned born = 0, n = 1 + load_random_below(&w->random, 6);
    uintptr_t how_long = load_random_below(&w->random, (uint32_t)clock_ticks_from_ms(1) / 8);
    for (unsigned i = 0; i < n; i++)
        born +=
            proc_spawn_on(team_mask(load_random(&w->random) >> 8), "soak-short",
                          PRIO_LOW + load_random_below(&w->random, 4), live_shortly, (void *)how_long) > 0;
    if (team_wait() != born)
        fault("a child got lost");
    atomic_fetch_add(&soak.lives, born);
}

static void map_a_page(struct worker *w)
{
    unsigned i = (unsigned)(w - workers);
    uintptr_t va = page_map_base() - (64 + i) * PAGE_SIZE, pa;
    unsigned *frame = page_alloc(0, PAGE_OTHER);
    if (frame == NULL)
        return;
    *frame = w->random;
    if (vm_map(&vm_kernel, va, hal_v2p(frame), PROT_R | PROT_W) == 0) {
        if (*(volatile unsigned *)va != w->random)
            fault("a page shows what was there before");
        if (vm_unmap(&vm_kernel, va, &pa) != 0 || pa != hal_v2p(frame))
            fault("another page was unmapped");
    }
    page_free(frame, 0);
    atomic_fetch_add(&soak.maps, 1);
}

static void move_somebody(struct worker *w)
{
    int pid = atomic_load(&workers[load_random_below(&w->random, WORKERS)].pid);
    proc_set_affinity(pid, load_random_below(&w->random, 3) == 0 ? UINT32_MAX
                                                                 : team_mask(load_random(&w->random) >> 8));
    proc_set_nice(pid, (int)load_random_below(&w->random, 11) - 5);
    atomic_fetch_add(&soak.moves, 1);
}

static void ring_later(struct worker *w)
{
    if (timeout_cancel(&w->t))
        atomic_fetch_add(&w->cancelled, 1);
    if (atomic_load(&w->rung) + atomic_load(&w->cancelled) != atomic_load(&w->added))
        fault("a timeout was lost, or called twice");
    atomic_fetch_add(&w->added, 1);
    timeout_add(&w->t, hal_timer_now() + load_random_below(&w->random, (uint32_t)clock_ticks_from_ms(3)));
    atomic_fetch_add(&soak.rings, 1);
}

static void lock_both(struct worker *w)
{
    mutex_lock(&soak.mutex);
    unsigned n = soak.under_mutex;
    if (load_random_below(&w->random, 4) == 0)
        sched_yield();
    soak.under_mutex = n + 1;
    mutex_unlock(&soak.mutex);
    atomic_fetch_add(&soak.mutexed, 1);
    for (unsigned i = 0; i < 32; i++) {
        unsigned long s = spin_lock(&soak.lock);
        soak.under_lock++;
        spin_unlock(&soak.lock, s);
        atomic_fetch_add(&soak.locked, 1);
    }
}

static void work(void *arg)
{
    static void (*const acts[])(struct worker *) = { beget, map_a_page, move_somebody, ring_later,
                                                     lock_both };
    struct worker *w = arg;
    atomic_store(&w->pid, current()->pid);
    while (hal_timer_now() < soak.until) {
        for (unsigned n = load_random_below(&w->random, BURST_MOST); n > 0; n--)
            acts[load_random_below(&w->random, ARRAY_SIZE(acts))](w);
        atomic_fetch_add(&w->progress, 1);
        sleep_ms(load_random_below(&w->random, SLEEP_MOST_MS));
    }
    atomic_store(&w->pid, 0);
    if (timeout_cancel(&w->t))
        atomic_fetch_add(&w->cancelled, 1);
    if (w->rung + w->cancelled != w->added)
        fault("timeouts do not add up");
}

static void show(struct proc *p, void *arg)
{
    (void)arg;
    kprintf("soak smp: PID %d %s %s, CPU %u of %x, %lu switches\n", p->pid, p->name,
            proc_state_name(p->state), p->cpu->index, p->affinity, p->switches);
}

/* An alarm, so that it comes also where no thread does. */
static struct timeout dog;

static void look_around(void *arg)
{
    unsigned stalled = 0;
    for (unsigned i = 0; i < WORKERS; i++) {
        unsigned now = atomic_load(&workers[i].progress);
        stalled += now == workers[i].seen && atomic_load(&workers[i].pid) != 0;
        workers[i].seen = now;
    }
    if (stalled > 0) {
        fault("somebody stands still");
        proc_for_each(show, NULL);
        panic("%u workers made no progress", stalled);
    }
    timeout_add(&dog, clock_in_ms(STALL_MS));
    (void)arg;
}

struct balance {
    size_t pages, objects, processes;
};

static struct balance take_balance(void)
{
    while (memory_reclaim_everywhere())
        continue;
    return (struct balance){ page_stat().free + vm_kernel.tables, cache_objects(), proc_count() };
}

static bool run_minute(unsigned minute, uint64_t end, const struct balance *start)
{
    soak.until = min_u64(end, clock_in_ms(MINUTE_MS));
    for (unsigned i = 0; i < WORKERS; i++) {
        if (proc_spawn("soak", PRIO_LOW + i % 4, work, &workers[i]) < 0)
            fault("no memory for a thread");
    }
    if (team_wait() != WORKERS)
        fault("a worker got lost");
    struct balance now = take_balance();
    bool good = now.pages == start->pages && now.objects == start->objects &&
                now.processes == start->processes && memory_check() && soak.under_lock == soak.locked &&
                soak.under_mutex == soak.mutexed;
    kprintf("soak smp: minute %u, %u lives, %u moves, %u maps, %u rings, %u locks: %s\n", minute, soak.lives,
            soak.moves, soak.maps, soak.rings, soak.locked, good ? "exact" : "NOT exact");
    return good;
}

void soak_smp(unsigned long seconds)
{
    bool exact = true;
    mutex_init(&soak.mutex, "soak");
    for (unsigned i = 0; i < WORKERS; i++) {
        workers[i] = (struct worker){ .random = team_seed(i) };
        timeout_init(&workers[i].t, rings, &workers[i]);
    }
    struct balance start = take_balance();
    uint64_t end = hal_timer_now() + clock_ticks_from_ms(1000) * seconds;
    timeout_init(&dog, look_around, NULL);
    timeout_add(&dog, clock_in_ms(STALL_MS));
    for (unsigned minute = 1; hal_timer_now() < end && exact; minute++)
        exact = run_minute(minute, end, &start);
    timeout_cancel(&dog);
    bool good = exact && atomic_load(&soak.faults) == 0;
    kprintf("soak smp: %lu s, %u CPUs, %u lives, %u moves, %u maps, %u rings, %u locks: %s\n", seconds,
            smp_count(), soak.lives, soak.moves, soak.maps, soak.rings, soak.locked, good ? "ok" : "FAILED");
    memory_report();
    hal_power_off(good ? EXIT_STATUS_PASS : EXIT_STATUS_FAIL);
}
