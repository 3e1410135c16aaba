/*
 * demo_parity_log.c - the event log of CPU 0 without whatever differs between machines: no addresses, no
 * numbers of lines, no counter values, names instead of PIDs.
 *
 * How often an alarm rings too early is a matter of the device. So an interrupt of the timer is told only if
 * it sets something off: a wake-up, or a switch away from somebody who could have run on. Only
 * there time is told, in whole milliseconds: when a plan came true, and not when a wake-up takes the CPU at
 * once.
 */
#include <hal/info.h>
#include <kernel/clock.h>
#include <kernel/console.h>
#include <kernel/demo_parity.h>
#include <kernel/proc.h>
#include <kernel/trace.h>
#include <lib/fmt.h>
#include <lib/ratio.h>
#include <lib/string.h>

enum { KNOWN = 64, RECORDS = 2048 };

struct teller {
    uint64_t start;
    unsigned lines;
    bool telling;  /* between PARITY_BEGINS of the first part and PARITY_ENDS */
    bool rang;     /* the alarm, and what it set off is to come */
    int born;      /* who was spawned last, and has not begun */
    bool by_alarm; /* the last event is a wake-up by the alarm, */
    bool asked;    /* or one by the running process: if the alarm rings now, that has asked for it */
    struct trace_entry ring;
    unsigned known;
    struct {
        int pid;
        char name[PROC_NAME_SIZE + 4];
    } who[KNOWN];
};

static struct teller teller;
static bool was_on;
static uint64_t soon; /* an interrupt sets off nothing later than that, in counter ticks */

static const char *const mark_texts[] = { "begins", "wants", "gets", "gives",   "tries", "buries",
                                          "counts", "kills", "runs", "cancels", "ends" };
_Static_assert(sizeof(mark_texts) / sizeof(mark_texts[0]) == PARITY_MARKS, "a text for each");

int parity_log_begin(void)
{
    was_on = trace_is_on();
    teller = (struct teller){ .start = 0 };
    soon = clock_ticks_from_ms(1) / 16;
    int error = trace_start(RECORDS);
    return error;
}

void parity_mark(enum parity_mark mark, int value)
{
    trace_any(TRACE_MARK, current()->pid, mark, (unsigned long)value);
}

/* For trace_for_each_name(): the name of the last in who[]. */
static void find_name(int pid, const char *name)
{
    if (pid == teller.who[teller.known].pid)
        strlcpy(teller.who[teller.known].name, name, PROC_NAME_SIZE);
}

/* The second of a name is NAME#2: all workers of a queue have the same. */
static const char *name_of(unsigned long number)
{
    int pid = (int)number;
    unsigned same = 1;
    if (pid == 0)
        return "idle";
    for (unsigned i = 0; i < teller.known; i++) {
        if (teller.who[i].pid == pid)
            return teller.who[i].name;
    }
    if (teller.known == KNOWN)
        return "?";
    char *name = teller.who[teller.known].name;
    teller.who[teller.known].pid = pid;
    strlcpy(name, "?", PROC_NAME_SIZE);
    trace_for_each_name(find_name);
    size_t length = strlen(name);
    for (unsigned i = 0; i < teller.known; i++) {
        const char *other = teller.who[i].name;
        if (strncmp(other, name, length) == 0 && (other[length] == 0 || other[length] == '#'))
            same++;
    }
    if (same > 1)
        fmt_snprintf(name + length, sizeof(teller.who[0].name) - length, "#%u", same);
    teller.known++;
    return name;
}

static unsigned ms_of(const struct trace_entry *e)
{
    uint64_t ns = clock_ns_from_ticks(e->when - teller.start);
    return (unsigned)div_u64(ns + 50000, 1000000, NULL); /* a tick is not a whole number of nanoseconds */
}

static bool is_mark(const struct trace_entry *e, enum parity_mark mark)
{
    return e->event == TRACE_MARK && e->a == mark;
}

static bool may_be_set_off(const struct trace_entry *e)
{
    return e->event == TRACE_WAKE || (e->event == TRACE_SWITCH && e->b == PROC_READY);
}

static void tell(const struct trace_entry *e)
{
    const char *who = name_of((unsigned long)e->pid);
    kprintf("PARITY %u %s ", ++teller.lines, trace_event_name(e->event));
    switch (e->event) {
    case TRACE_SPAWN:
        kprintf("%s by %s\n", who, name_of(e->a));
        teller.born = e->pid;
        break;
    case TRACE_EXIT:
        kprintf("%s code %d\n", who, (int)e->a);
        break;
    case TRACE_SWITCH:
        kprintf("%s to %s, %s\n", name_of(e->a), who, proc_state_name((enum proc_state)e->b));
        break;
    case TRACE_WAKE:
        if (teller.born == e->pid)
            kprintf("%s for the first time\n", who);
        else
            kprintf("%s in %s\n", who, name_of(e->b));
        teller.born = 0;
        break;
    case TRACE_MARK:
        kprintf("%s %s %d\n", who, e->a < PARITY_MARKS ? mark_texts[e->a] : "?", (int)e->b);
        break;
    case TRACE_IRQ: /* the time of a whole millisecond that was waited for, not that of a step in between */
        if (teller.asked)
            kprintf("timer in %s at once\n", who);
        else
            kprintf("timer in %s at %u ms\n", who, ms_of(e));
        break;
    default: /* where this CPU is the only one, only TRACE_SLEEP: all else has addresses, or CPUs */
        kprintf("%s\n", who);
    }
}

static void take(const struct trace_entry *e)
{
    if (is_mark(e, PARITY_BEGINS) && e->b == 1) {
        teller.start = e->when;
        teller.telling = true;
        teller.lines = 0;
    }
    if (!teller.telling)
        return;
    if (e->event == TRACE_IRQ) {
        teller.rang = e->a == (unsigned long)hal_info.timer_irq;
        teller.ring = *e;
        return;
    }
    bool caused = teller.rang && may_be_set_off(e) && e->when - teller.ring.when < soon;
    if (caused)
        tell(&teller.ring);
    tell(e);
    teller.by_alarm = e->event == TRACE_WAKE && (caused || teller.by_alarm);
    teller.asked = e->event == TRACE_WAKE && !teller.by_alarm;
    teller.rang = false;
    if (is_mark(e, PARITY_ENDS))
        teller.telling = false;
}

void parity_log_end(void)
{
    struct trace_reader r;
    struct trace_entry e;
    trace_stop();
    trace_read_begin(&r);
    while (trace_read(&r, &e)) {
        if (e.cpu == 0)
            take(&e);
    }
    kprintf("PARITY-END %u\n", teller.lines);
    if (was_on)
        trace_start(0);
    else
        trace_clear();
}
