/*
 * test_trace.c - the event log on the machine: a known scenario read back, nothing when off, no memory.
 *
 * Planted and seen to fail: SLEEP not recorded; EXIT behind the switch; the flag looked at but once; rings
 * not taken back; the first ring kept when the second cannot be had.
 */
#include <hal/info.h>
#include <kernel/clock.h>
#include <kernel/ktest.h>
#include <kernel/page.h>
#include <kernel/sched.h>
#include <kernel/trace.h>
#include <lib/string.h>
#include <lib/util.h>

/* Under failalloc= memory may be short for a moment. */
static int start(unsigned records)
{
    return KTEST_CALL(trace_start(records));
}

static void stop(void)
{
    trace_stop();
    trace_clear();
}

static void sleeper(void *arg)
{
    (void)arg;
    trace_any(TRACE_MARK, current()->pid, 1, 0);
    sleep_ms(2);
    trace_any(TRACE_MARK, current()->pid, 2, 0);
    proc_exit(7);
}

/* What has to be found, in this order, other events being between them. */
struct wanted {
    enum trace_event event;
    int pid;
    unsigned long a, b;
    unsigned looked_at; /* a bit each: a is, b is */
};

static void check_order(const struct wanted *wanted, unsigned n)
{
    struct trace_reader r;
    struct trace_entry e;
    unsigned found = 0;
    uint64_t last = 0;
    trace_read_begin(&r);
    while (trace_read(&r, &e)) {
        KCHECK(e.event < TRACE_EVENTS && e.cpu < trace_stat().cpus);
        KCHECK(trace_stat().cpus > 1 || e.when >= last);
        last = e.when;
        const struct wanted *w = &wanted[found];
        if (found < n && e.event == w->event && e.pid == w->pid && ((w->looked_at & 1) == 0 || e.a == w->a) &&
            ((w->looked_at & 2) == 0 || e.b == w->b))
            found++;
    }
    if (found < n)
        ktest_fail("event %u of %u is not there: %s of PID %d", found, n,
                   trace_event_name(wanted[found].event), wanted[found].pid);
}

static int child;
static bool child_named;

static void look_for_child(int pid, const char *name)
{
    if (pid == child)
        child_named = strcmp(name, "traced") == 0;
}

static void test_scenario(void)
{
    int code = 0;
    KCHECK(start(1024) == 0);
    trace_any(TRACE_MARK, current()->pid, 0x1234, 0x5678);
    child = ktest_spawn("traced", PRIO_NORMAL, sleeper, NULL);
    KCHECK(proc_wait(child, &code) == child && code == 7);
    trace_stop();
    int me = current()->pid;
    const struct wanted wanted[] = {
        { TRACE_MARK, me, 0x1234, 0x5678, 3 },
        { TRACE_SPAWN, child, (unsigned long)me, 0, 3 },
        { TRACE_SWITCH, child, 0, 0, 0 },
        { TRACE_MARK, child, 1, 0, 3 },
        { TRACE_SLEEP, child, 0, 0, 3 },
        { TRACE_SWITCH, 0, (unsigned long)child, PROC_SLEEPING, 3 },
        { TRACE_IRQ, 0, (unsigned long)hal_info.timer_irq, 0, 3 },
        { TRACE_WAKE, child, 0, 0, 2 },
        { TRACE_SWITCH, child, 0, PROC_READY, 3 },
        { TRACE_MARK, child, 2, 0, 3 },
        { TRACE_EXIT, child, 7, 0, 3 },
        { TRACE_WAKE, me, 0, (unsigned long)child, 2 },
        { TRACE_SWITCH, me, (unsigned long)child, PROC_ZOMBIE, 3 },
    };
    check_order(wanted, ARRAY_SIZE(wanted));
    child_named = false;
    trace_for_each_name(look_for_child);
    KCHECK(child_named);
    KCHECK(trace_stat().lost == 0);
    stop();
}
KTEST("trace-scenario", test_scenario);

static void test_off(void)
{
    KCHECK(start(0) == 0);
    KCHECK(trace_stat().on && trace_stat().records == TRACE_RECORDS_USUAL);
    trace_stop();
    uint64_t held = trace_stat().held;
    for (unsigned i = 0; i < 100; i++)
        trace_any(TRACE_MARK, 1, i, 0);
    sleep_ms(2);
    KCHECK(!trace_stat().on && trace_stat().held == held && trace_stat().lost == 0);
    KCHECK(start(0) == 0); /* and on again: what there was is still there */
    trace_any(TRACE_MARK, 1, 0, 0);
    trace_stop();
    KCHECK(trace_stat().held > held);
    trace_clear();
    KCHECK(trace_stat().cpus == 0 && trace_stat().held == 0);
}
KTEST("trace-off", test_off);

/* The oldest go, and are counted; the time of each is not before the one of its forerunner. */
static void test_wrap(void)
{
    enum { EVENTS = 1000 };
    KCHECK(start(TRACE_RECORDS_LEAST) == 0);
    unsigned long s = hal_irq_save();
    for (unsigned i = 0; i < EVENTS; i++)
        trace(TRACE_MARK, 32767, i, ~0ul - i);
    unsigned cpu = this_cpu()->index;
    hal_irq_restore(s);
    trace_stop();
    struct trace_reader r;
    struct trace_entry e;
    unsigned long marks = 0;
    trace_read_begin(&r);
    while (trace_read(&r, &e)) {
        if (e.event != TRACE_MARK)
            continue;
        KCHECK(e.cpu == cpu && e.pid == 32767 && e.b == ~0ul - e.a);
        KCHECK(marks == 0 || e.a == marks + 1);
        marks = e.a;
    }
    KCHECK(marks == EVENTS - 1);
    KCHECK(trace_stat().lost >= EVENTS - TRACE_RECORDS_LEAST);
    stop();
}
KTEST("trace-wrap", test_wrap);

static void test_sizes(void)
{
    static const unsigned bad[] = {
        1, 64, 127, 129, 1000, TRACE_RECORDS_MOST + 1, TRACE_RECORDS_MOST * 2, ~0u
    };
    for (unsigned i = 0; i < ARRAY_SIZE(bad); i++)
        KCHECK(trace_start(bad[i]) == -EINVAL && !trace_stat().on && trace_stat().cpus == 0);
    KCHECK(start(256) == 0 && start(512) == 0 && trace_stat().records == 512);
    KCHECK(trace_start(1000) == -EINVAL && trace_stat().on && trace_stat().records == 512);
    stop();
}
KTEST("trace-sizes", test_sizes);

struct link {
    struct link *next;
};

/* No page is free but one for each ring and less: off it stays off, and on it stays as it was. */
static void test_no_memory(void)
{
    struct link *hoard = NULL, *page;
    KCHECK(start(TRACE_RECORDS_LEAST) == 0);
    trace_any(TRACE_MARK, 1, 1, 1);
    while ((page = KTEST_ALLOC(page_alloc(0, PAGE_OTHER))) != NULL) {
        page->next = hoard;
        hoard = page;
    }
    KCHECK(trace_start(1024) == -ENOMEM);
    KCHECK(trace_stat().on && trace_stat().records == TRACE_RECORDS_LEAST && trace_stat().held > 0);
    unsigned rings = trace_stat().cpus;
    trace_stop();
    trace_clear(); /* its pages are free now, one per CPU */
    for (unsigned taken = 0; taken < rings; taken++) {
        page = KTEST_ALLOC(page_alloc(0, PAGE_OTHER));
        KCHECK(page != NULL);
        page->next = hoard;
        hoard = page;
        KCHECK(trace_start(TRACE_RECORDS_LEAST) ==
               -ENOMEM); /* for some CPUs there is one, for the last none */
        KCHECK(!trace_stat().on && trace_stat().cpus == 0);
    }
    while (hoard != NULL) {
        page = hoard;
        hoard = page->next;
        page_free(page, 0);
    }
}
KTEST("trace-no-memory", test_no_memory);
