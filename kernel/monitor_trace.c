/*
 * monitor_trace.c - the monitor's command trace. What `trace dump` prints is for tools/trace: docs/trace.md
 * has the grammar.
 */
#include <hal/info.h>
#include <kernel/console.h>
#include <kernel/main.h>
#include <kernel/monitor.h>
#include <kernel/trace.h>
#include <lib/cmdline.h>
#include <lib/fmt.h>
#include <lib/string.h>
#include <lib/util.h>
#include <uapi/errno.h>

const char *trace_event_name(enum trace_event event)
{
    static const char *const name[] = { "boot",    "spawn", "exit",  "switch",  "wake", "sleep",
                                        "migrate", "irq",   "fault", "syscall", "mark" };
    _Static_assert(ARRAY_SIZE(name) == TRACE_EVENTS, "a name for each event");
    return event < TRACE_EVENTS ? name[event] : "?";
}

const char *trace_step_name(enum trace_step step)
{
    static const char *const name[] = { "entry",     "clock",   "vm",         "pages", "memory",
                                        "scheduler", "devices", "other CPUs", "init" };
    _Static_assert(ARRAY_SIZE(name) == TRACE_STEPS, "a name for each step");
    return step < TRACE_STEPS ? name[step] : "?";
}

static void print_state(void)
{
    struct trace_stat st = trace_stat();
    if (st.cpus == 0)
        kprintf("trace: off, no rings\n");
    else
        kprintf("trace: %s, %u CPU%s, %u records each, %llu events, %llu lost\n", st.on ? "on" : "off",
                st.cpus, st.cpus == 1 ? "" : "s", st.records, (unsigned long long)st.held,
                (unsigned long long)st.lost);
}

static void print_name(int pid, const char *name)
{
    kprintf("TRACE-PROC %d %s\n", pid, name);
}

/* The first one need not be the earliest: times of a CPU may be a little out of order. */
static uint64_t earliest(void)
{
    struct trace_reader r;
    struct trace_entry e;
    uint64_t least = UINT64_MAX;
    trace_read_begin(&r);
    while (trace_read(&r, &e))
        least = min_u64(least, e.when);
    return least;
}

static void dump(void)
{
    bool on = trace_is_on();
    trace_stop();
    struct trace_stat st = trace_stat();
    kprintf("TRACE 1 arch=%s cpus=%u hz=%u events=%llu lost=%llu\n", hal_info.arch, st.cpus,
            boot_info()->timer_hz, (unsigned long long)st.held, (unsigned long long)st.lost);
    for (enum trace_step step = 0; step < TRACE_STEPS; step++)
        kprintf("TRACE-STEP %u %s\n", step, trace_step_name(step));
    trace_for_each_name(print_name);
    struct trace_reader r;
    struct trace_entry e;
    uint64_t start = earliest();
    trace_read_begin(&r);
    while (trace_read(&r, &e))
        kprintf("TRACE-EV %llx %u %s %d %lx %lx\n", (unsigned long long)(e.when - start), e.cpu,
                trace_event_name(e.event), e.pid, e.a, e.b);
    kprintf("TRACE-END\n");
    if (on)
        trace_start(0);
}

/* "on", or "on RECORDS". */
static void turn_on(const char *arg)
{
    char word[32];
    unsigned long records = 0;
    fmt_snprintf(word, sizeof(word), "on=%s", arg);
    int error = -EINVAL;
    if (arg[0] == 0 || (cmdline_get_uint(word, "on", &records) && records != 0 && records <= UINT32_MAX))
        error = trace_start((unsigned)records);
    if (error == -EINVAL)
        kprintf("trace on RECORDS: a power of two from %u to %u\n", TRACE_RECORDS_LEAST, TRACE_RECORDS_MOST);
    else if (error != 0)
        kprintf("trace: no memory for the rings\n");
    else
        print_state();
}

void monitor_trace(const char *arg)
{
    if (arg[0] == 0) {
        print_state();
    } else if (strncmp(arg, "on", 2) == 0 && (arg[2] == 0 || arg[2] == ' ')) {
        for (arg += 2; *arg == ' '; arg++)
            continue;
        turn_on(arg);
    } else if (strcmp(arg, "off") == 0) {
        trace_stop();
        print_state();
    } else if (strcmp(arg, "clear") == 0) {
        trace_clear();
        print_state();
    } else if (strcmp(arg, "dump") == 0) {
        dump();
    } else {
        kprintf("usage: trace [on [RECORDS] | off | dump | clear]\n");
    }
}
