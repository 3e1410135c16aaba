/*
 * kernel/trace.h - the event log: what happened when, on which CPU, to which process.
 *
 * Each CPU has a ring of records of its own; the oldest is overwritten. Off, an event costs a load and a
 * branch. docs/trace.md says what the events mean, and how to look at them.
 */
#pragma once
#include <hal/cpu.h>
#include <kernel/config.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* pid: whose event it is. What a and b are stands behind each. */
enum trace_event {
    TRACE_BOOT,    /* enum trace_step, - */
    TRACE_SPAWN,   /* PID of the parent, - */
    TRACE_EXIT,    /* exit code, - */
    TRACE_SWITCH,  /* PID of who goes, its enum proc_state; pid is who comes */
    TRACE_WAKE,    /* CPU where it becomes READY, PID of who wakes or is interrupted; pid is who is woken */
    TRACE_SLEEP,   /* -, - */
    TRACE_MIGRATE, /* CPU it leaves, CPU it goes to */
    TRACE_IRQ,     /* line, -; pid is who is interrupted. Where it begins: the end is not recorded */
    TRACE_FAULT,   /* address, program counter */
    TRACE_SYSCALL, /* number, first argument */
    TRACE_MARK,    /* number of the step, anything: for a demo, or for whoever looks for a mistake */
    TRACE_EVENTS
};

enum trace_step {
    TRACE_STEP_ENTRY,     /* kernel_main() begins */
    TRACE_STEP_CLOCK,     /* there is a console, a first process, and time */
    TRACE_STEP_VM,        /* the kernel runs on page tables of its own */
    TRACE_STEP_PAGES,     /* the memory map is made */
    TRACE_STEP_MEMORY,    /* object caches and kmalloc() */
    TRACE_STEP_SCHEDULER, /* run queues */
    TRACE_STEP_DEVICES,   /* interrupts, alarm, console input */
    TRACE_STEP_CPUS,      /* the other CPUs are there */
    TRACE_STEP_INIT,      /* PID 1 is made */
    TRACE_STEPS
};

/* Records of a ring: a power of two. */
enum { TRACE_RECORDS_LEAST = 128, TRACE_RECORDS_USUAL = 2048, TRACE_RECORDS_MOST = 131072 };

struct trace_record;

struct trace_ring {
    struct trace_record *next, *first, *end;
    uint64_t             laps; /* how often next came round */
};

extern atomic_bool trace_active;

enum { TRACE_PID_BITS = 24 };

/* Event and PID in one word, so that the three words of a record come in registers on every machine. */
static inline uint32_t trace_what(enum trace_event event, int pid)
{
    return (uint32_t)event << TRACE_PID_BITS | (uint32_t)pid;
}

void trace_record(uint32_t what, unsigned long a, unsigned long b);
void trace_record_at(uint32_t what, unsigned long a, unsigned long b, uint64_t now);

/* Any context. */
static inline bool trace_is_on(void)
{
    return __builtin_expect(atomic_load_explicit(&trace_active, memory_order_relaxed), 0);
}

/* irqs off, from before the call; any lock held. Records an event of now. */
static inline void trace(enum trace_event event, int pid, unsigned long a, unsigned long b)
{
    if (trace_is_on())
        trace_record(trace_what(event, pid), a, b);
}

/* The same for a caller that has just read the counter. */
static inline void trace_at(uint64_t now, enum trace_event event, int pid, unsigned long a, unsigned long b)
{
    if (trace_is_on())
        trace_record_at(trace_what(event, pid), a, b, now);
}

/* Any context, any lock held. The same, for callers that may have interrupts on. */
static inline void trace_any(enum trace_event event, int pid, unsigned long a, unsigned long b)
{
    if (trace_is_on()) {
        unsigned long s = hal_irq_save();
        trace(event, pid, a, b); /* which looks again: it may have been turned off in between */
        hal_irq_restore(s);
    }
}

void trace_spawn_named(int pid, int parent, const char *name);

/* Process-table lock held. TRACE_SPAWN, and the name is kept for the dump, which may come after its end. */
static inline void trace_spawn(int pid, int parent, const char *name)
{
    if (trace_is_on())
        trace_spawn_named(pid, parent, name);
}

/* Boot CPU. That step is done. Steps before trace_init() are kept, and recorded there with their times. */
void trace_boot(enum trace_step step);
/*
 * irqs off, boot CPU, once, when there is memory and the CPUs are not yet started. `trace=on` or
 * `trace=RECORDS` on the command line: recording begins.
 */
void trace_init(const char *cmdline);

/*
 * What follows: thread, no lock held, irqs on; one caller at a time.
 *
 * trace_start() records from now on, behind what there is already; if `records` is another size than that of
 * the rings, into new ones. 0: the size that they have, or TRACE_RECORDS_USUAL. -EINVAL: not a power of two
 * from TRACE_RECORDS_LEAST to TRACE_RECORDS_MOST; -ENOMEM: no ring for one of the CPUs. Then nothing has
 * changed, and what was on stays on.
 */
int trace_start(unsigned records);
/* When it returns, no CPU records any more. */
void trace_stop(void);
/* Forgets all events. When off, the rings' memory is given back too. */
void trace_clear(void);

struct trace_stat {
    bool     on;
    unsigned cpus;    /* that have a ring; 0: there is none */
    unsigned records; /* of each */
    uint64_t held;    /* events that can be read */
    uint64_t lost;    /* events that were overwritten */
};
struct trace_stat trace_stat(void);

/* An event, as it is read back. */
struct trace_entry {
    uint64_t         when; /* counter ticks */
    unsigned         cpu;
    enum trace_event event;
    int              pid;
    unsigned long    a, b;
};

struct trace_reader {
    uint64_t next[MAX_CPUS]; /* of the events ever recorded by that CPU: the first that is not yet read */
};

/*
 * Only while off. All events of all CPUs, by time; those of a CPU in the order in which they were recorded.
 * trace_read() returns false behind the last.
 */
void trace_read_begin(struct trace_reader *r);
bool trace_read(struct trace_reader *r, struct trace_entry *e);

/* Only while off. Calls fn with the processes that were there or came, as far as their names are kept. */
void trace_for_each_name(void (*fn)(int pid, const char *name));

const char *trace_event_name(enum trace_event event);
const char *trace_step_name(enum trace_step step);
