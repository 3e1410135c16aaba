/*
 * stress_move.c - moves, alarms and flushes on all CPUs at once, for long; as stress_smp.c.
 */
#include "load.h"
#include "team.h"

#include <hal/mmu.h>
#include <kernel/clock.h>
#include <kernel/page.h>
#include <kernel/sched.h>
#include <kernel/smp.h>
#include <kernel/timeout.h>
#include <kernel/vm.h>
#include <kernel/waitq.h>
#include <stdatomic.h>

static unsigned times;
static atomic_uint wrong, done;

/*
 * A crowd whose members change where they and others may run, and how much, yield, compute, sleep, wait, and
 * ask each other to end. Who is asked goes; another one comes. Nobody stays where he may not be.
 */
enum { CROWD = 12 };

static struct waitq square;
static atomic_int pids[CROWD];
static atomic_uint acts;

static void disturb(uint32_t *random, int pid)
{
    switch (load_random_below(random, 8)) {
    case 0:
    case 1:
    case 2:
        proc_set_affinity(pid, 1 + load_random_below(random, 255));
        break;
    case 3:
        proc_set_affinity(pid, UINT32_MAX);
        break;
    case 4:
        proc_set_nice(pid, (int)load_random_below(random, NICE_MAX - NICE_MIN + 1) + NICE_MIN);
        break;
    case 5:
        if (load_random_below(random, 8) == 0)
            proc_kill(pid);
        break;
    default:
        waitq_wake_one(&square);
    }
}

/* The order to leave a CPU comes with an interrupt: some milliseconds later nobody is there any more. */
static void check_place(void)
{
    uint64_t limit = hal_timer_now() + clock_ticks_from_ms(20000);
    for (;;) {
        unsigned long s = hal_irq_save();
        struct proc *p = current();
        bool good = (p->affinity >> this_cpu()->index & 1) != 0;
        hal_irq_restore(s);
        if (good)
            return;
        if (hal_timer_now() > limit) {
            atomic_fetch_add(&wrong, 1);
            return;
        }
        hal_cpu_relax();
    }
}

static void member(void *arg)
{
    unsigned i = (unsigned)(uintptr_t)arg;
    uint32_t random = team_seed(i + atomic_load(&acts));
    atomic_store(&pids[i], current()->pid);
    while (!proc_killed() && atomic_fetch_add(&acts, 1) < times) {
        int pid = load_random_below(&random, 4) == 0 ? current()->pid
                                                     : atomic_load(&pids[load_random_below(&random, CROWD)]);
        disturb(&random, pid);
        check_place();
        unsigned how = load_random_below(&random, 16);
        if (how == 0)
            sleep_ms(1);
        else if (how < 3)
            wait_event_timeout(&square, false, hal_timer_now() + clock_ticks_from_ms(1) / 8);
        else if (how < 5)
            team_spin(hal_timer_now() + clock_ticks_from_ms(1) / 16);
        else
            sched_yield();
    }
    atomic_store(&pids[i], 0); /* of which there is no process; else another one's number could be it */
    proc_exit((int)i);
}

static void move_storm(void)
{
    int i, pid;
    unsigned ended = 0;
    team_pulse(true);
    waitq_init(&square, "square");
    atomic_store(&acts, 0);
    atomic_store(&wrong, 0);
    times = team_times(1000000);
    for (unsigned n = 0; n < CROWD; n++)
        team_spawn(UINT32_MAX, PRIO_NORMAL, member, n);
    while ((pid = proc_wait(-1, &i)) > 0) {
        ended++;
        if (atomic_load(&acts) < times)
            team_spawn(UINT32_MAX, PRIO_NORMAL, member, (uintptr_t)i);
    }
    KCHECK(atomic_load(&wrong) == 0 && ended >= CROWD);
    team_pulse(false);
}
KTEST_STRESS("move-storm", move_storm);

/*
 * Timeouts that all CPUs take, cancel and add again. Each is one thread's at a time; but its function runs
 * when it likes. None runs twice at a time; what was added has been called, or was cancelled.
 */
enum { BELLS = 24 };

static struct bell {
    struct timeout t;
    atomic_uint taken, running, rang, added, cancelled;
} bells[BELLS];

static void ring(void *arg)
{
    struct bell *b = arg;
    if (atomic_fetch_add(&b->running, 1) != 0)
        atomic_fetch_add(&wrong, 1);
    atomic_fetch_add(&b->rang, 1);
    atomic_fetch_sub(&b->running, 1);
}

static void handle_bells(void *arg)
{
    uint32_t random = team_seed((unsigned)(uintptr_t)arg);
    for (unsigned n = 0; n < times; n++) {
        struct bell *b = &bells[load_random_below(&random, BELLS)];
        if (atomic_exchange(&b->taken, 1) != 0)
            continue;
        if (timeout_cancel(&b->t))
            atomic_fetch_add(&b->cancelled, 1);
        if (atomic_load(&b->running) != 0 ||
            atomic_load(&b->rang) + atomic_load(&b->cancelled) != atomic_load(&b->added))
            atomic_fetch_add(&wrong, 1);
        atomic_fetch_add(&b->added, 1);
        timeout_add(&b->t,
                    hal_timer_now() + load_random_below(&random, (uint32_t)clock_ticks_from_ms(1) / 16));
        atomic_store(&b->taken, 0);
        if (n % 1024 == 0)
            sleep_ms(1);
    }
}

static void timeout_storm(void)
{
    unsigned rang = 0, cancelled = 0;
    team_pulse(true);
    atomic_store(&wrong, 0);
    times = team_times(4000000) / smp_count() + 1;
    for (unsigned i = 0; i < BELLS; i++) {
        bells[i] = (struct bell){ .taken = 0 };
        timeout_init(&bells[i].t, ring, &bells[i]);
    }
    for (unsigned i = 0; i < 2 * smp_count(); i++)
        team_spawn(team_mask(i), PRIO_NORMAL, handle_bells, i);
    KCHECK(team_wait() == 2 * smp_count());
    for (unsigned i = 0; i < BELLS; i++) {
        if (timeout_cancel(&bells[i].t))
            atomic_fetch_add(&bells[i].cancelled, 1);
        KCHECK(bells[i].rang + bells[i].cancelled == bells[i].added);
        rang += bells[i].rang;
        cancelled += bells[i].cancelled;
    }
    KCHECK(atomic_load(&wrong) == 0 && rang > 0 && cancelled > 0);
    team_pulse(false);
}
KTEST_STRESS("timeout-storm", timeout_storm);

/*
 * Each CPU maps and unmaps pages of its own, so each waits for all others; who of these waits for a lock
 * answers all the same. Others see the page in between, by turns.
 */
static struct spinlock slow = SPINLOCK_INIT("slow", RANK_WAITQ);
static atomic_uint slow_count;

static void map_and_unmap(void *arg)
{
    unsigned i = (unsigned)(uintptr_t)arg;
    uint32_t random = team_seed(i);
    uintptr_t va = page_map_base() - (64 + i) * PAGE_SIZE, pa;
    for (unsigned n = 0; n < times; n++) {
        unsigned *frame = KTEST_ALLOC(page_alloc(0, PAGE_OTHER));
        if (frame == NULL || KTEST_CALL(vm_map(&vm_kernel, va, hal_v2p(frame), PROT_R | PROT_W)) != 0) {
            ktest_fail("no memory for a page");
            if (frame != NULL)
                page_free(frame, 0);
            return;
        }
        *frame = n * 16 + i;
        if (*(volatile unsigned *)va != n * 16 + i)
            atomic_fetch_add(&wrong, 1);
        if (load_random_below(&random, 4) == 0)
            sched_yield(); /* and on another CPU perhaps */
        KCHECK(vm_unmap(&vm_kernel, va, &pa) == 0 && pa == hal_v2p(frame));
        page_free(frame, 0);
        unsigned long s = spin_lock(&slow);
        atomic_fetch_add(&slow_count, 1);
        for (unsigned looks = load_random_below(&random, 32); looks > 0; looks--)
            hal_cpu_relax();
        spin_unlock(&slow, s);
    }
    atomic_fetch_add(&done, 1);
}

static void flush_storm(void)
{
    unsigned n = 2 * smp_count();
    team_pulse(true);
    times = team_times(400000) / n + 1;
    atomic_store(&wrong, 0);
    atomic_store(&done, 0);
    atomic_store(&slow_count, 0);
    for (unsigned i = 0; i < n; i++)
        team_spawn(UINT32_MAX, PRIO_NORMAL, map_and_unmap, i);
    KCHECK(team_wait() == n && atomic_load(&done) == n);
    KCHECK(atomic_load(&wrong) == 0 && atomic_load(&slow_count) == n * times);
    team_pulse(false);
}
KTEST_STRESS("flush-storm", flush_storm);
