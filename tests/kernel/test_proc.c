/*
 * test_proc.c - beginning and end of processes: exit codes, orphans, exhaustion. Leaks are counted around
 * each test.
 */
#include <kernel/clock.h>
#include <kernel/config.h>
#include <kernel/ktest.h>
#include <kernel/page.h>
#include <kernel/sched.h>
#include <kernel/waitq.h>
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

/* proc_wait(pid) waits for that child, whichever ends first. */
static void test_wait_for_one(void)
{
    int first = ktest_spawn("first", PRIO_NORMAL, exit_with, (void *)1);
    int second = ktest_spawn("second", PRIO_NORMAL, exit_with, (void *)2);
    int code = -1;
    KCHECK(proc_wait(second, &code) == second && code == 2);
    KCHECK(proc_wait(-1, &code) == first && code == 1);
}
KTEST("proc-wait-for-one", test_wait_for_one);

/* Thousands of lives one after the other; the runner counts pages and processes. */
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

/* PIDs come back, but not at once. */
static void test_pids_wrap(void)
{
    int first = ktest_spawn("first", PRIO_NORMAL, nothing, NULL);
    KCHECK(proc_wait(first, NULL) == first);
    int pid, rounds = 0;
    do {
        pid = ktest_spawn("next", PRIO_NORMAL, nothing, NULL);
        KCHECK(pid > 0 && proc_wait(pid, NULL) == pid);
        rounds++;
    } while (pid != first && rounds < 70000);
    KCHECK(pid == first);
    KCHECK(rounds > 32000 && rounds < 32768);
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

/* Until memory, stack slots or PIDs end: an error, not a panic; then all comes back. */
static struct waitq gate;
static atomic_uint gate_open;

static void at_the_gate(void *arg)
{
    (void)arg;
    wait_event(&gate, atomic_load(&gate_open) != 0);
}

static void test_exhaustion(void)
{
    waitq_init(&gate, "gate");
    atomic_store(&gate_open, 0);
    unsigned n = 0;
    int pid;
    while ((pid = ktest_spawn("many", PRIO_NORMAL, at_the_gate, NULL)) > 0)
        n++;
    KCHECK(pid == -ENOMEM || pid == -EAGAIN);
    KCHECK(n > 500);
    atomic_store(&gate_open, 1);
    waitq_wake_all(&gate);
    while (proc_wait(-1, NULL) > 0)
        n--;
    KCHECK(n == 0);
}

KTEST("proc-exhaustion", test_exhaustion);

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
