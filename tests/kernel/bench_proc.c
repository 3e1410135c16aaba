/* bench_proc.c - instructions for a PID, and for a whole life, beside few others and many. */
#include "bench.h"

#include <kernel/kmalloc.h>
#include <kernel/page.h>
#include <kernel/pid.h>
#include <kernel/sched.h>
#include <kernel/waitq.h>
#include <lib/fmt.h>
#include <lib/util.h>
#include <stdatomic.h>

enum { PIDS = 1000, PID_PAGES = PIDS / PIDS_PER_PAGE + 1, LOOPS = 10000, LIVES = 1000 };

static void give_back(void *page)
{
    if (page != NULL)
        page_free(page, 0);
}

/* Every PID has been given before, and every other one is in use. */
static void measure_pid(struct pids *t, void **page)
{
    for (unsigned i = 1; i <= PIDS; i++)
        pid_give(t, current(), &page[i / PIDS_PER_PAGE]);
    for (int i = 1; i <= PIDS; i += 2)
        pid_take_back(t, i);
    uint64_t start = hal_timer_now();
    for (unsigned i = 0; i < LOOPS; i++)
        pid_take_back(t, pid_give(t, current(), &page[0]));
    bench_report("pid-alloc-free", ns_since(start), bench_empty_loop_ns(LOOPS), LOOPS);
    for (int i = 2; i <= PIDS; i += 2)
        give_back(pid_take_back(t, i));
    give_back(pids_trim(t));
}

static void bench_pid(void)
{
    struct pids t;
    void *memory = kzalloc(pids_bytes(PIDS)), *page[PID_PAGES];
    bool good = memory != NULL;
    for (unsigned i = 0; i < PID_PAGES; i++) {
        page[i] = page_alloc_zero(0, PAGE_OTHER);
        good &= page[i] != NULL;
    }
    if (good) {
        pids_init(&t, PIDS, memory);
        measure_pid(&t, page);
    } else {
        bench_skip("pid-alloc-free", "no memory");
    }
    for (unsigned i = 0; i < PID_PAGES; i++)
        give_back(page[i]);
    kfree(memory);
}

static void nothing(void *arg)
{
    (void)arg;
}

static void bench_life(const char *name)
{
    uint64_t start = hal_timer_now();
    for (unsigned i = 0; i < LIVES; i++)
        proc_wait(proc_spawn("short", PRIO_NORMAL, nothing, NULL), NULL);
    bench_report(name, ns_since(start), 0, LIVES);
}

/* Others who do nothing but be there. */
static struct waitq gate;
static atomic_uint gate_open;

static void at_the_gate(void *arg)
{
    (void)arg;
    wait_event(&gate, atomic_load(&gate_open) != 0);
}

static void bench_curve(void)
{
    static const unsigned others[] = { 10, 100, 1000, 10000 };
    unsigned live = 0;
    char name[40];
    waitq_init(&gate, "gate");
    for (unsigned i = 0; i < ARRAY_SIZE(others); i++) {
        fmt_snprintf(name, sizeof(name), "create-exit-wait-%u", others[i]);
        while (live < others[i] && proc_spawn("other", PRIO_HIGH, at_the_gate, NULL) > 0)
            live++;
        sched_yield(); /* to whoever has not come to the gate yet */
        if (live == others[i])
            bench_life(name);
        else
            bench_skip(name, "no memory for so many");
    }
    atomic_store(&gate_open, 1);
    waitq_wake_all(&gate);
    while (proc_wait(-1, NULL) > 0)
        continue;
}

void bench_proc(void)
{
    bench_pid();
    bench_life("create-exit-wait");
    bench_curve();
}
