/*
 * test_proc.c - beginning and end of processes: exit codes, orphans, exhaustion. Leaks are counted around
 * each test.
 */
#include <kernel/clock.h>
#include <kernel/config.h>
#include <kernel/ktest.h>
#include <kernel/main.h>
#include <kernel/page.h>
#include <kernel/pid.h>
#include <kernel/sched.h>
#include <kernel/smp.h>
#include <kernel/waitq.h>
#include <lib/cmdline.h>
#include <lib/string.h>
#include <stdatomic.h>
#include <uapi/errno.h>

static void exit_with(void *arg)
{
    proc_exit((int)(intptr_t)arg);
}

static void nothing(void *arg)
{
    (void)arg;
}

/* Any int is a code. */
static void test_any_code(void)
{
    static const int codes[] = { 0, 1, -1, 255, 256, -EINTR, INT32_MAX, INT32_MIN };
    for (unsigned i = 0; i < ARRAY_SIZE(codes); i++) {
        int code = 7, pid = ktest_spawn("code", PRIO_NORMAL, exit_with, (void *)(intptr_t)codes[i]);
        KCHECK(proc_wait(pid, &code) == pid && code == codes[i]);
    }
}
KTEST("proc-any-code", test_any_code);

static void test_exit_code(void)
{
    int code = -1;
    int pid = ktest_spawn("seven", PRIO_NORMAL, exit_with, (void *)7);
    KCHECK(proc_wait(pid, &code) == pid);
    KCHECK(code == 7);
    pid = ktest_spawn("returns", PRIO_NORMAL, nothing, NULL);
    KCHECK(proc_wait(pid, &code) == pid);
    KCHECK(code == 0);
    KCHECK(proc_wait(-1, &code) == -ECHILD);
    KCHECK(proc_wait(pid, &code) == -ECHILD);
}
KTEST("proc-exit-code", test_exit_code);

/* The runner counts pages and processes. */
static void test_spawn_storm(void)
{
    for (unsigned i = 0; i < 5000; i++) {
        int pid = ktest_spawn("short", PRIO_NORMAL, nothing, NULL);
        if (pid < 0 || proc_wait(pid, NULL) != pid)
            ktest_fail("round %u: %d", i, pid);
    }
}
KTEST("proc-spawn-storm", test_spawn_storm);

/* Whoever looks at the table at any moment sees processes that are whole. */
static atomic_uint watching;

static void look(struct proc *p, void *arg)
{
    (void)arg;
    proc_run_ticks(p);
}

static void watch(void *arg)
{
    (void)arg;
    while (atomic_load(&watching) != 0) {
        proc_for_each(look, NULL);
        sleep_until(hal_timer_now() + (unsigned)clock_ticks_from_ms(1) / 50);
    }
}

static void test_watched_spawns(void)
{
    atomic_store(&watching, 1);
    int watcher = ktest_spawn("watcher", PRIO_HIGH, watch, NULL);
    for (unsigned i = 0; i < 2000; i++)
        proc_wait(ktest_spawn("short", PRIO_NORMAL, nothing, NULL), NULL);
    atomic_store(&watching, 0);
    KCHECK(proc_wait(watcher, NULL) == watcher);
}
KTEST("proc-watched-spawns", test_watched_spawns);

static void count_one(struct proc *p, void *count)
{
    (void)p;
    ++*(unsigned *)count;
}

static unsigned pids_in_use(void)
{
    unsigned count = 0;
    proc_visit(1, UINT32_MAX, count_one, &count);
    return count;
}

/* PIDs come back, but not at once: after all others, whatever pid_max= is. */
static void test_pids_wrap(void)
{
    unsigned long most;
    if (!cmdline_get_uint(boot_info()->cmdline, "pid_max", &most))
        most = PID_MOST_DEFAULT;
    int first = ktest_spawn("first", PRIO_NORMAL, nothing, NULL);
    KCHECK(proc_wait(first, NULL) == first);
    for (unsigned wraps = most < 1000 ? 30 : 1; wraps > 0; wraps--) {
        unsigned rounds = 0;
        int pid, before = first;
        do {
            pid = ktest_spawn("next", PRIO_NORMAL, nothing, NULL);
            KCHECK(pid > before || (pid < before && pid > 2 && (unsigned long)before == most));
            KCHECK(pid > 0 && proc_wait(pid, NULL) == pid);
            before = pid;
            rounds++;
        } while (pid != first && rounds <= most);
        KCHECK(rounds == most - pids_in_use());
    }
}
KTEST("proc-pids-wrap", test_pids_wrap);

/* Children of the dead are PID 1's, which buries them. */
static atomic_uint orphans_ran;

static void orphan(void *arg)
{
    (void)arg;
    sleep_ms(5);
    atomic_fetch_add(&orphans_ran, 1);
}

static void parent_of_orphans(void *arg)
{
    (void)arg;
    for (int i = 0; i < 3; i++)
        ktest_spawn("orphan", PRIO_NORMAL, orphan, NULL);
}

static void test_orphans(void)
{
    atomic_store(&orphans_ran, 0);
    unsigned before = proc_count();
    int pid = ktest_spawn("parent", PRIO_NORMAL, parent_of_orphans, NULL);
    KCHECK(proc_wait(pid, NULL) == pid);
    KCHECK(proc_wait(-1, NULL) == -ECHILD);
    sleep_ms(20);
    KCHECK(atomic_load(&orphans_ran) == 3);
    KCHECK(proc_count() == before);
}
KTEST("proc-orphans", test_orphans);

/*
 * More orphans than are given away at once, some of them zombies before that. Children end meanwhile; PID 1
 * buries them all.
 */
static void parent_of_many(void *arg)
{
    unsigned n = (unsigned)(uintptr_t)arg;
    for (unsigned i = 0; i < n; i++)
        ktest_spawn("orphan", i % 3 == 0 ? PRIO_HIGH : PRIO_NORMAL, i % 2 == 0 ? nothing : orphan, NULL);
}

static void test_many_orphans(void)
{
    enum { ORPHANS = 200 };
    atomic_store(&orphans_ran, 0);
    unsigned before = proc_count();
    int pid = ktest_spawn("parent", PRIO_NORMAL, parent_of_many, (void *)ORPHANS);
    KCHECK(proc_wait(pid, NULL) == pid);
    KCHECK(proc_wait(-1, NULL) == -ECHILD);
    for (unsigned ms = 0; proc_count() != before && ms < 1000; ms++)
        sleep_ms(1);
    KCHECK(atomic_load(&orphans_ran) == ORPHANS / 2);
    KCHECK(proc_count() == before);
}
KTEST("proc-many-orphans", test_many_orphans);

/* Until memory, stack slots or PIDs end: an error, not a panic; then all comes back. */
static struct waitq gate;
static atomic_uint gate_open;

static void at_the_gate(void *arg)
{
    (void)arg;
    wait_event(&gate, atomic_load(&gate_open) != 0);
}

/* As many as there can be; returns how many, and what ended it. */
static unsigned fill_up(int *error)
{
    unsigned n = 0;
    waitq_init(&gate, "gate");
    atomic_store(&gate_open, 0);
    while ((*error = ktest_spawn("many", PRIO_NORMAL, at_the_gate, NULL)) > 0)
        n++;
    return n;
}

static void empty(unsigned n)
{
    atomic_store(&gate_open, 1);
    waitq_wake_all(&gate);
    while (proc_wait(-1, NULL) > 0)
        n--;
    KCHECK(n == 0);
}

/* The second time it goes as far as the first: nothing was lost when it failed. */
static void test_exhaustion(void)
{
    unsigned long most;
    bool few_pids = cmdline_get_uint(boot_info()->cmdline, "pid_max", &most) && most <= 1000;
    unsigned in_use = pids_in_use(), first = 0;
    for (unsigned round = 0; round < 3; round++) {
        int error;
        unsigned n = fill_up(&error);
        if (few_pids)
            KCHECK(error == -EAGAIN && n == most - in_use);
        else
            KCHECK((error == -ENOMEM && n > 500) || (error == -EAGAIN && n == PID_MOST_DEFAULT - in_use));
        KCHECK(ktest_spawn("one more", PRIO_NORMAL, nothing, NULL) == error || ktest_tries() > 1);
        empty(n);
        if (round == 0)
            first = n;
        if (n + 2 < first && ktest_tries() == 1) /* slabs and tables may lie in another order */
            ktest_fail("%u processes at first, %u in round %u", first, n, round);
    }
}
KTEST("proc-exhaustion", test_exhaustion);

/* 100,000 lives in families of three generations, while the table is watched. For the soak. */
static atomic_uint lives;

static void family(void *arg)
{
    unsigned generation = (unsigned)(uintptr_t)arg;
    atomic_fetch_add(&lives, 1);
    for (unsigned i = 0; generation > 0 && i < 9; i++) {
        if (ktest_spawn("descendant", PRIO_NORMAL, family, (void *)(uintptr_t)(generation - 1)) < 0)
            ktest_fail("no memory for a descendant");
    }
    if (lives % 2 == 0) {
        while (proc_wait(-1, NULL) > 0)
            continue;
    }
}

static void test_storm(void)
{
    enum { LIVES = 100000, FAMILIES = 10, A_FAMILY = 1 + 9 + 81 };
    unsigned before = proc_count();
    atomic_store(&lives, 0);
    atomic_store(&watching, 1);
    int watcher = ktest_spawn("watcher", PRIO_HIGH, watch, NULL);
    unsigned families = 0;
    while (atomic_load(&lives) < LIVES) {
        for (unsigned i = 0; i < FAMILIES; i++, families++)
            KCHECK(ktest_spawn("family", PRIO_NORMAL, family, (void *)2) > 0);
        for (unsigned i = 0; i < FAMILIES; i++)
            KCHECK(proc_wait(-1, NULL) > 0);
    }
    atomic_store(&watching, 0);
    KCHECK(proc_wait(watcher, NULL) == watcher);
    for (unsigned ms = 0; proc_count() != before && ms < 10000; ms++)
        sleep_ms(1);
    KCHECK(proc_count() == before);
    KCHECK(atomic_load(&lives) == families * A_FAMILY);
}
KTEST_SLOW("proc-storm", test_storm);

/* All pages can be had, each once, and given back. */
static void test_pages(void)
{
    size_t before = page_stat().free, n = 0;
    void **list = NULL, **page;
    while ((page = KTEST_ALLOC(page_alloc(0, PAGE_OTHER))) != NULL) {
        *page = list;
        list = page;
        n++;
    }
    KCHECK(n == before);
    KCHECK(page_stat().free == 0);
    KCHECK(page_alloc_zero(0, PAGE_OTHER) == NULL);
    KCHECK(ktest_spawn("none", PRIO_NORMAL, nothing, NULL) == -ENOMEM);
    while (list != NULL) {
        page = list;
        list = *page;
        page_free(page, 0);
    }
    unsigned char *zero = KTEST_ALLOC(page_alloc_zero(0, PAGE_OTHER));
    for (unsigned i = 0; i < PAGE_SIZE; i++)
        KCHECK(zero[i] == 0);
    page_free(zero, 0);
}
KTEST("page-exhaustion", test_pages);
