/*
 * trace.c - the event log: a ring of records per CPU.
 *
 * Only a CPU itself writes into its ring, with interrupts off from its look at trace_active to the end of the
 * record: so there is no lock. Whoever turns recording off, or has changed the rings, calls all other CPUs.
 * They answer with interrupts on or while they wait for somebody, never within that stretch. So after the
 * answer none of them is at work on a record, and each sees what was written before the call.
 */
#include <hal/info.h>
#include <hal/timer.h>
#include <kernel/kassert.h>
#include <kernel/main.h>
#include <kernel/page.h>
#include <kernel/proc.h>
#include <kernel/smp.h>
#include <kernel/trace.h>
#include <lib/cmdline.h>
#include <lib/string.h>
#include <lib/util.h>
#include <uapi/errno.h>

enum { NAMES = 256 };

/* 32 bytes on every machine, so that a place in the ring is a shift. Whose ring it is says the CPU. */
struct trace_record {
    uint64_t when;
    uint32_t what; /* trace_what() */
    unsigned long a, b;
} __attribute__((aligned(32)));

atomic_bool trace_active;

static unsigned ncpus;   /* that have a ring */
static unsigned records; /* of each */

/* Who had PID n was last noted at n % NAMES. Process-table lock. */
static struct {
    int pid;
    char name[PROC_NAME_SIZE]; /* empty: nobody */
} names[NAMES];

static uint64_t step_when[TRACE_STEPS];
static unsigned steps_done; /* a bit each */

static void new_lap(struct trace_ring *ring)
{
    ring->next = ring->first;
    ring->laps++;
}

/* irqs off. The place for the next record; all but the time is filled in. */
static inline struct trace_record *fill(struct trace_ring *ring, uint32_t what, unsigned long a,
                                        unsigned long b)
{
    struct trace_record *r = ring->next;
    r->what = what;
    r->a = a;
    r->b = b;
    return r;
}

static inline void advance(struct trace_ring *ring)
{
    if (__builtin_expect(++ring->next == ring->end, 0))
        new_lap(ring);
}

/* In this order, for a PC's counter comes in two of the registers in which the arguments are. */
void trace_record(uint32_t what, unsigned long a, unsigned long b)
{
    struct trace_ring *ring = &this_cpu()->trace;
    fill(ring, what, a, b)->when = hal_timer_now();
    advance(ring);
}

void trace_record_at(uint32_t what, unsigned long a, unsigned long b, uint64_t now)
{
    struct trace_ring *ring = &this_cpu()->trace;
    fill(ring, what, a, b)->when = now;
    advance(ring);
}

static void note_name(int pid, const char *name)
{
    names[pid % NAMES].pid = pid;
    strlcpy(names[pid % NAMES].name, name, PROC_NAME_SIZE);
}

static void note_proc(struct proc *p, void *arg)
{
    (void)arg;
    note_name(p->pid, p->name);
}

void trace_spawn_named(int pid, int parent, const char *name)
{
    note_name(pid, name);
    trace_record(trace_what(TRACE_SPAWN, pid), (unsigned long)parent, 0);
}

/* Who is there now. Those of an earlier recording are kept, as far as there is room. */
static void note_all(bool forget)
{
    for (unsigned i = 0; i < NAMES && forget; i++)
        names[i].name[0] = 0;
    proc_for_each(note_proc, NULL);
}

void trace_boot(enum trace_step step)
{
    step_when[step] = hal_timer_now();
    steps_done |= 1u << step;
    trace_any(TRACE_BOOT, 0, step, 0);
}

static unsigned order_of(unsigned n)
{
    unsigned order = 0;
    while ((size_t)PAGE_SIZE << order < n * sizeof(struct trace_record))
        order++;
    return order;
}

/* Off. Gives the memory of all rings back. */
static void free_rings(void)
{
    for (unsigned i = 0; i < ncpus; i++) {
        page_free(cpus[i].trace.first, order_of(records));
        cpus[i].trace = (struct trace_ring){ 0 };
    }
    ncpus = records = 0;
}

static void empty_rings(void)
{
    for (unsigned i = 0; i < ncpus; i++) {
        cpus[i].trace.next = cpus[i].trace.first;
        cpus[i].trace.laps = 0;
    }
}

/* Rings of n records for all CPUs that this machine can have, or -ENOMEM and everything as it was. */
static int new_rings(unsigned n)
{
    struct trace_record *first[MAX_CPUS];
    unsigned want = (unsigned)min_size(boot_info()->ncpus, MAX_CPUS), got = 0;
    while (got < want && (first[got] = page_alloc(order_of(n), PAGE_OTHER)) != NULL)
        got++;
    if (got < want) {
        while (got > 0)
            page_free(first[--got], order_of(n));
        return -ENOMEM;
    }
    trace_stop();
    free_rings();
    for (unsigned i = 0; i < want; i++) {
        cpus[i].trace.first = first[i];
        cpus[i].trace.end = first[i] + n;
    }
    ncpus = want;
    records = n;
    empty_rings();
    return 0;
}

int trace_start(unsigned n)
{
    if (n == 0)
        n = records != 0 ? records : TRACE_RECORDS_USUAL;
    if (n < TRACE_RECORDS_LEAST || n > TRACE_RECORDS_MOST || !is_aligned(n, n))
        return -EINVAL;
    bool fresh = n != records;
    if (fresh && new_rings(n) != 0)
        return -ENOMEM;
    note_all(fresh);
    smp_flush(SMP_ALL); /* all CPUs see the rings before they see that they are to use them */
    atomic_store_explicit(&trace_active, true, memory_order_relaxed);
    sched_watch(true);
    return 0;
}

void trace_stop(void)
{
    sched_watch(false);
    atomic_store_explicit(&trace_active, false, memory_order_relaxed);
    smp_flush(SMP_ALL);
}

void trace_clear(void)
{
    bool on = trace_is_on();
    trace_stop();
    empty_rings();
    note_all(true);
    if (on)
        trace_start(0);
    else
        free_rings();
}

void trace_init(const char *cmdline)
{
    char word[24];
    unsigned long n = 0;
    if (!cmdline_get(cmdline, "trace", word, sizeof(word)) || strcmp(word, "off") == 0)
        return;
    if (strcmp(word, "on") != 0 && (!cmdline_get_uint(cmdline, "trace", &n) || n == 0))
        n = 1; /* which is no size either */
    int error = trace_start((unsigned)min_u64(n, UINT32_MAX));
    if (error == -EINVAL)
        printk(KERN_WARN "trace=%s is neither on nor off nor a power of two from %u to %u: not tracing\n",
               word, TRACE_RECORDS_LEAST, TRACE_RECORDS_MOST);
    else if (error != 0)
        printk(KERN_WARN "trace=%s: no memory for the rings: not tracing\n", word);
    for (unsigned step = 0; step < TRACE_STEPS && error == 0; step++) {
        if (steps_done & 1u << step)
            trace_at(step_when[step], TRACE_BOOT, 0, step, 0);
    }
}

/* Events ever recorded, and the number of the oldest that is still there. */
static uint64_t count_of(const struct trace_ring *ring)
{
    return ring->laps * records + (uint64_t)(ring->next - ring->first);
}

static uint64_t oldest_of(const struct trace_ring *ring)
{
    return ring->laps > 0 ? count_of(ring) - records : 0;
}

struct trace_stat trace_stat(void)
{
    struct trace_stat st = { .on = trace_is_on(), .cpus = ncpus, .records = records };
    for (unsigned i = 0; i < ncpus; i++) {
        st.lost += oldest_of(&cpus[i].trace);
        st.held += count_of(&cpus[i].trace) - oldest_of(&cpus[i].trace);
    }
    return st;
}

void trace_read_begin(struct trace_reader *r)
{
    for (unsigned i = 0; i < ncpus; i++)
        r->next[i] = oldest_of(&cpus[i].trace);
}

bool trace_read(struct trace_reader *r, struct trace_entry *e)
{
    const struct trace_record *oldest = NULL;
    for (unsigned i = 0; i < ncpus; i++) {
        const struct trace_record *at = &cpus[i].trace.first[(uint32_t)r->next[i] & (records - 1)];
        if (r->next[i] < count_of(&cpus[i].trace) && (oldest == NULL || at->when < oldest->when)) {
            oldest = at;
            e->cpu = i;
        }
    }
    if (oldest == NULL)
        return false;
    r->next[e->cpu]++;
    e->when = oldest->when;
    e->event = oldest->what >> TRACE_PID_BITS;
    e->pid = (int)(oldest->what & ((1u << TRACE_PID_BITS) - 1));
    e->a = oldest->a;
    e->b = oldest->b;
    return true;
}

void trace_for_each_name(void (*fn)(int pid, const char *name))
{
    for (unsigned i = 0; i < NAMES; i++) {
        if (names[i].name[0] != 0)
            fn(names[i].pid, names[i].name);
    }
}
