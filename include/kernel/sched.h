/*
 * kernel/sched.h - who runs: the mechanism of switching, and the CPUs.
 *
 * The run-queue lock is held across the context switch: the thread that goes takes it, the thread that comes
 * lets it go. So nobody sees a process READY, SLEEPING or ZOMBIE before its registers are safely on its
 * stack. Who is next, the policy says: kernel/sched_policy.h. Where it runs, kernel/sched_place.h.
 */
#pragma once
#include <kernel/config.h>
#include <kernel/page.h>
#include <kernel/proc.h>
#include <kernel/spinlock.h>
#include <kernel/timeout.h>
#include <kernel/trace.h>
#include <stdatomic.h>
#include <stdint.h>

struct aspace;

#define CPU_MAX_HELD 8

enum { SCHED_SEARCH_MOST = 32 }; /* who is looked at for a move: the interrupts wait meanwhile */

/* sched=fair: kernel/sched_fair.h. */
struct fair_queue {
    struct rb_tree waiting;  /* READY, by virtual run time */
    uint64_t       least;
    uint64_t       turn_end; /* when current has had a turn, in counter ticks */
    atomic_uint    weight;   /* of all that are READY or RUNNING; others read it without the lock */
};

/* sched=rr: kernel/sched_rr.h. */
struct rr_queue {
    uint32_t     occupied;         /* bit per priority whose ring is not empty */
    struct list *ring[PRIO_COUNT]; /* who has the turn among equals */
};

struct held_lock {
    const struct spinlock *lock;
    uintptr_t caller; /* who took it */
};

/* The run queue of a CPU. Under its lock, but for what says otherwise. */
struct runq {
    struct spinlock lock;
    bool            is_fair;      /* the policy. Fixed after creation */
    bool            long_way;     /* for yield and sleep: sched=fair, or the event log is on */
    bool            lone;         /* no alarm is set for the end of a turn. Written by its CPU only */
    bool            long_wake;    /* for wake-ups: one of these two */
    atomic_bool     need_resched; /* current should give way at the end of this trap; read without the lock */
    struct proc    *current;
    uint64_t        switched;     /* when current came, or was given another turn, in counter ticks */
    atomic_uint     nrunning;     /* READY and RUNNING, idle not counted; others read it without the lock */
    struct rr_queue   rr;         /* of these two, that of the policy */
    struct fair_queue fair;
    uint64_t        began;        /* in counter ticks. Fixed after creation */
    struct user    *loaded;       /* current's, if it was in user mode here since; user_save(). This CPU */
    struct proc    *idle;         /* runs when nobody else can. Fixed after creation */
};

struct cpu {
    struct runq      rq;
    struct timeouts  timeouts;
    struct page_list pages, zeros;    /* this CPU, irqs off */
    /* this CPU, irqs off */
    struct aspace   *as;              /* whose page tables are loaded; NULL: no program's */
    unsigned long    asids;           /* the generation of numbers that its TLB knows: kernel/asid.h */
    uint64_t         alarm;           /* what hal_timer_arm() was last given */
    uint64_t         balance_at;      /* when to look whether other CPUs have less to do */
    bool             reclaiming;      /* memory_reclaim() is at work */
    unsigned         irq_depth;       /* > 0: in an interrupt handler */
    struct trace_ring trace;          /* its event log. Others, while that is off */
    unsigned         nheld;           /* DEBUG: locks held, innermost last */
    struct held_lock held[CPU_MAX_HELD];
    /* run-queue lock */
    uint64_t         given_at;        /* when another CPU last gave it a process */
    /* smp.c: written by this CPU, but for flush_asked */
    atomic_uint      flush_asked;     /* flushes of its TLB that were ever asked for, */
    atomic_uint      flush_done;      /*   and how many of these are done */
    atomic_bool      stopped;         /* for good, by a panic elsewhere: */
    uintptr_t        stopped_fp;      /*   its frame pointer then */
    /* fixed */
    unsigned         index;
    uint32_t         bit;             /* 1 << index */
    size_t           cache_offset;    /* of a CPU's part of a cache in that */
};

extern struct cpu cpus[MAX_CPUS];

/* Run-queue lock held. So many more want to run there. */
static inline void sched_count(struct runq *rq, int more)
{
    unsigned n = atomic_load_explicit(&rq->nrunning, memory_order_relaxed);
    atomic_store_explicit(&rq->nrunning, n + (unsigned)more, memory_order_relaxed);
}

/*
 * irqs off, boot CPU, once. The caller becomes idle on its CPU. quantum_ms: length of a turn; policy: "rr" or
 * "fair". False: there is no such policy, and rr it is.
 */
bool sched_init(struct proc *idle, unsigned quantum_ms, const char *policy);
bool sched_started(void);
/* Any context, after sched_init(). "rr" or "fair". */
const char *sched_policy_name(void);
extern uint64_t sched_quantum; /* of a turn, in counter ticks; constant after sched_init() */
/* Boot CPU. `cpu`, which has not been started, will begin as this idle process. */
void sched_init_cpu(struct cpu *cpu, struct proc *idle);

/* Any context. p is NEW, and has its parent's CPU; it becomes READY there or where there is more room. */
void sched_start(struct proc *p);
/*
 * Thread, irqs on. Lets the next of equal priority run; returns at once if there is none. A program's thread
 * calls user_unload() first.
 */
void sched_yield(void);
void sched_preempt(void); /* irqs off, no lock held. The same, at the end of a trap. */

/*
 * Sleeping, in this order (docs/states.md shows why no wake-up is lost):
 *   sched_prepare(); join a queue; look at the condition; sched_sleep(); leave the queue.
 */
void sched_prepare(void); /* Thread. Forgets earlier wake-ups. */
void sched_sleep(void);   /* Thread, no lock held. Sleeps unless woken since sched_prepare(). */
/* Any context, locks up to RANK_WAITQ held. Any number of times. p is not freed meanwhile. */
void sched_wake(struct proc *p);
/*
 * Any context, locks as for sched_wake(). If p runs on another CPU, that one takes a trap, behind which p
 * sees what was written before: in user mode, alone on its CPU, it might never enter the kernel by itself.
 */
void sched_poke(struct proc *p);

/*
 * For sched_hand.c: run-queue lock held; prev, which runs here, is not READY any more, and accounted; next
 * has been picked. Returns when prev runs again, with no lock held.
 */
void sched_go(struct runq *rq, struct proc *prev, struct proc *next);

/* Run-queue lock held; p is READY, and in no queue. From now on it is in that of cpu, which is told. */
void sched_arrive(struct cpu *cpu, struct proc *p);

_Noreturn void sched_exit(void); /* irqs off, own run-queue lock held, ZOMBIE. Leaves this stack for good. */
_Noreturn void sched_idle(void); /* The body of the idle process. */

/*
 * irqs off, in the alarm. If current's turn is over at counter value now and somebody waits for it, sets
 * need_resched. Returns when to call again; UINT64_MAX if nobody waits.
 */
uint64_t sched_tick(struct cpu *cpu, uint64_t now);
/* Run-queue lock held, on cpu itself, which processes share. Sets the alarm for the end of the turn. */
void sched_share(struct cpu *cpu);
/* irqs off, in the interrupt from another CPU. This one looks at its run queue. */
void sched_called(struct cpu *cpu);

/*
 * irqs off, p is not freed meanwhile. Takes the run-queue lock of the CPU that p belongs to, and returns that
 * run queue: while it is locked, p stays there.
 */
struct runq *sched_lock_of(struct proc *p);
/* Any context, after sched_init(). Whether switches are recorded: the short way of sched_yield() does not. */
void sched_watch(bool on);
/* Any context, p is not freed meanwhile. What proc_set_affinity(), proc_set_nice() do when all is checked. */
void sched_set_affinity(struct proc *p, uint32_t mask);
void sched_set_nice(struct proc *p, int nice);
