/*
 * kernel/proc.h - processes: the table, the state machine, their beginning and end.
 *
 * A kernel thread is a process without an address space of its own.
 */
#pragma once
#include <hal/cpu.h>
#include <kernel/config.h>
#include <lib/list.h>
#include <lib/rbtree.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define PROC_NAME_SIZE 16

/*
 * sched=rr: priorities are strict. A READY process of a higher one runs first, equals take turns.
 * sched=fair: the priority is where a process gets its first nice value from.
 */
enum { PRIO_IDLE, PRIO_LOW, PRIO_NORMAL = 3, PRIO_HIGH = 5, PRIO_COUNT = 8 };
enum { NICE_MIN = -20, NICE_MAX = 19, NICE_PER_PRIO = 5 };

/* A bit each, so that a set of states is a mask. */
enum proc_state {
    PROC_NEW = 1,      /* being made; never ran */
    PROC_RUNNING = 2,  /* on a run queue, and on a CPU */
    PROC_SLEEPING = 4, /* waits to be woken */
    PROC_READY = 8,    /* on a run queue */
    PROC_ZOMBIE = 16,  /* has ended; its parent has not asked yet */
    PROC_DEAD = 32,    /* being unmade; nobody else sees it */
};

struct proc {
    /* run-queue lock of cpu */
    struct list   turn;      /* sched=rr: its place among the READY and RUNNING of its priority */
    struct rb_node place;    /* sched=fair: among the READY */
    uint64_t      vruntime;  /* sched=fair */
    uint64_t      came;      /* to this CPU, in counter ticks */
    struct cpu   *cpu;       /* set it with proc_set_cpu() */
    uintptr_t     sp;        /* while it is not running */
    unsigned long switches;  /* how often it was given a CPU */
    uint64_t      run_ticks; /* CPU time up to its last switch, in counter ticks */
    enum proc_state state;
    bool woken;        /* the wake token: a wake-up came before the sleep */
    uint32_t affinity; /* a bit per CPU: where it may run. Never empty */
    int nice;          /* sched=fair: NICE_MIN, who wants most, to NICE_MAX */

    atomic_bool killed; /* asked to end: waits that can be interrupted return. Set once, by anybody */

    /* fixed after creation */
    int pid;
    unsigned prio; /* sched=rr */
    char name[PROC_NAME_SIZE];
    uintptr_t stack; /* the slot of its kernel stack */
    void (*fn)(void *);
    void *arg;
    struct user *user; /* of a thread that runs programs; NULL: a kernel thread */

    /* process-table lock */
    struct proc *parent;
    struct list children, zombies; /* its own: who lives, and who has ended and was not asked for yet */
    struct list sibling;           /* its place in one of these lists of its parent */
    int waits_for;                 /* which child it waits for in proc_wait(); -1: any; 0: none */
    int exit_code;
    bool ended; /* it is among its parent's zombies */
};

/* What lies at the top of a stack slot: whose it is. */
struct kstack_top {
    struct proc *proc;
    struct cpu *cpu; /* the same as proc->cpu */
};

_Static_assert(sizeof(struct kstack_top) <= KSTACK_RESERVED, "stacks begin below it");

/* Of the stack slot that contains addr. Only for addresses in a mapped slot. */
static inline struct kstack_top *kstack_top(uintptr_t addr)
{
    return (struct kstack_top *)((addr | (KSTACK_SLOT - 1)) + 1 - KSTACK_RESERVED);
}

/* Any context. Somewhere in the stack slot on which the caller stands. */
static inline uintptr_t stack_here(void)
{
    return (uintptr_t)__builtin_frame_address(0);
}

/* Any context. The process that runs on this CPU; in an interrupt, the one that it interrupted. */
static inline struct proc *current(void)
{
    return kstack_top(stack_here())->proc;
}

/* The same for its CPU. irqs off, or the answer may be old. With a process at hand, p->cpu is cheaper. */
static inline struct cpu *this_cpu(void)
{
    return kstack_top(stack_here())->cpu;
}

/* p is NEW, or its run-queue lock is held and it does not run. Gives it to cpu, and its stack to both. */
static inline void proc_set_cpu(struct proc *p, struct cpu *cpu)
{
    p->cpu = cpu;
    *kstack_top(p->stack) = (struct kstack_top){ p, cpu };
}

/* From which states a process may come to `to`. docs/states.md draws this table. */
static inline unsigned proc_legal_from(enum proc_state to)
{
    switch (to) {
    case PROC_READY:
        return PROC_NEW | PROC_RUNNING | PROC_SLEEPING;
    case PROC_RUNNING:
        return PROC_READY;
    case PROC_SLEEPING:
        return PROC_RUNNING;
    case PROC_ZOMBIE:
        return PROC_RUNNING;
    case PROC_DEAD:
        return PROC_ZOMBIE;
    default:
        return 0;
    }
}

_Noreturn void proc_bad_edge(const struct proc *p, enum proc_state to);
const char *proc_state_name(enum proc_state state);

/*
 * The only way to change a state. Under the locks that docs/states.md names; an edge that is not legal
 * panics.
 */
static inline void proc_set_state(struct proc *p, enum proc_state to)
{
    if (__builtin_expect((p->state & proc_legal_from(to)) == 0, 0))
        proc_bad_edge(p, to);
    p->state = to;
}

/* The same where only one edge can be meant: stricter, and an instruction less. */
static inline void proc_set_state_from(struct proc *p, enum proc_state from, enum proc_state to)
{
    if (__builtin_expect((p->state & from & proc_legal_from(to)) == 0, 0))
        proc_bad_edge(p, to);
    p->state = to;
}

/* irqs off, boot CPU, once. Makes the boot flow of control a process: idle, PID 0, on CPU 0. */
void proc_init(void);
/* Boot CPU, once per CPU. Makes the process that CPU number `cpu` begins as, on that stack. */
struct proc *proc_make_idle(unsigned cpu, uintptr_t stack);
/* irqs off, boot CPU, once, after kmalloc_init(). Makes the table of all others, with PIDs 1 to pid_max. */
void proc_init_table(int pid_max);

/*
 * Thread; may sleep in no case. Starts a kernel thread: fn(arg), then proc_exit(0). Child of the caller; it
 * may run where the caller may. Returns its PID, or -ENOMEM, or -EAGAIN when no PID is free.
 */
int proc_spawn(const char *name, unsigned prio, void (*fn)(void *), void *arg);

/* The same for a process that may run on these CPUs, a bit each. Or -EINVAL: none of them is in use. */
int proc_spawn_on(uint32_t mask, const char *name, unsigned prio, void (*fn)(void *), void *arg);

/*
 * Any context, no lock held. From now on process pid may run on these CPUs. If it
 * runs elsewhere, it moves at once, or as soon as it is preempted. -ESRCH: no such process; -EINVAL: none of
 * them is in use.
 */
int proc_set_affinity(int pid, uint32_t mask);
/* The same for its nice value; -EINVAL if it is out of range. */
int proc_set_nice(int pid, int nice);

/*
 * The same context. Asks process pid to end: it is woken, and waits that can be interrupted return -EINTR
 * from now on. A kernel thread decides itself when to go. -ESRCH: no such process; -EPERM: PID 1 stays.
 */
int proc_kill(int pid);
/* Any context. Was the caller asked to? */
static inline bool proc_killed(void)
{
    return atomic_load_explicit(&current()->killed, memory_order_relaxed);
}

/* Thread, no lock held. Ends the caller, with any code. Its children become PID 1's. */
_Noreturn void proc_exit(int code);

/*
 * Thread, no lock held; sleeps. Waits until child pid (any child if pid is -1) has ended, frees it and stores
 * its exit code (code may be NULL). Returns its PID, or -ECHILD if there is no such child, or -EINTR if none
 * has ended and the caller was asked to end.
 */
int proc_wait(int pid, int *code);
/* Thread, no lock held. The same, but 0 where proc_wait() would sleep. */
int proc_try_wait(int pid, int *code);

/*
 * Any context, no lock held. Calls fn with each process of the lowest PIDs from `from` (at least 1) on, but
 * at most `most` of them, in rising order, under the process-table lock. Returns the PID after the last one,
 * or 0: there are no more.
 */
int proc_visit(int from, unsigned most, void (*fn)(struct proc *p, void *arg), void *arg);
/*
 * Any context, no lock held. The same with all, the idle processes first; the lock is let go now and then.
 * Who is in the table all the time is met once, who comes or goes meanwhile at most once.
 */
void proc_for_each(void (*fn)(struct proc *p, void *arg), void *arg);
/* The same with process pid alone. -ESRCH: there is none. */
int proc_with(int pid, void (*fn)(struct proc *p, void *arg), void *arg);

/* Any context; p is not freed meanwhile. CPU time so far in counter ticks, the running stretch included. */
uint64_t proc_run_ticks(struct proc *p);

/*
 * Any context, no lock held. Processes in the table, idle and zombies included; and how often any process was
 * given a CPU, exact while none begins or ends.
 */
unsigned proc_count(void);
unsigned long proc_switches(void);

/*
 * Any context, locks below RANK_KSTACK held: from within page_alloc() too. A few of the dead keep their
 * stacks, for the next comers. Frees these, and what the table keeps: then all that nobody uses is free, and
 * can be counted. Whether there was anything.
 */
bool proc_trim(void);
