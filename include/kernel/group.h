/*
 * kernel/group.h - a process as programs see it: a group of threads with one PID, one parent, one set of
 * signal actions and limits.
 *
 * The PID is that of its first thread, the leader, which stays until the last of the others has ended. The
 * others are the leader's children in the process table, which nobody but the group waits for.
 */
#pragma once
#include <kernel/mutex.h>
#include <kernel/signal.h>
#include <kernel/spinlock.h>
#include <kernel/timeout.h>
#include <kernel/waitq.h>
#include <lib/list.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <uapi/resource.h>
#include <uapi/signal.h>

struct caps;
struct plan;
struct user;
struct proc;

/* Of a process that stopped or went on, for its parent's wait(). */
enum group_news { NEWS_NONE, NEWS_STOPPED, NEWS_CONTINUED };

struct group {
    struct spinlock lock;     /* RANK_GROUP */
    struct proc    *leader;   /* fixed */
    int             pid;      /* fixed */
    atomic_int      pgid, sid;
    atomic_uint     refs;     /* its threads */
    /* process-table lock */
    unsigned        born;     /* by signal_born(): the how manieth */
    bool            leaving;  /* it ends: no longer of its process group, nor anybody's parent in one */
    struct caps *_Atomic caps; /* its capabilities; NULL: it never had any. Set once */
    /* lock */
    struct list     threads;  /* struct user, until they have ended */
    unsigned        nthreads;
    bool            ending;   /* all threads shall end, with `status` */
    int             status;
    struct plan    *heritage; /* the program that the leader goes on with; NULL: none. kernel/exec.c */
    bool            did_exec; /* setpgid() by the parent comes too late */
    int             stop_signo; /* 0: it is not stopped. job_set_stop() */
    bool            stopping; /* a stop was taken, and no SIGCONT has come since */
    enum group_news news;
    uint64_t        dead_ticks; /* CPU time of threads that have ended, in counter ticks */
    uint64_t        children_ticks; /*   and of children that were waited for */
    struct mutex    alarm_lock; /* of alarm(): its threads set it one after the other */
    uint64_t        alarm_at; /* in nanoseconds of uptime. alarm_lock */
    struct timeout  alarm;
    /* woken when a child has news, a thread has ended, or a stop is over */
    struct waitq    changed;
    /* lock; all above begin as 0, these do not */
    struct rlimit   limit[RLIM_NLIMITS];
    struct signals  signals;  /* for any of them */
    int             actions;  /* signals from here on have the usual action, */
    struct sigaction action[NSIG]; /* and are not in here: group_action() */
};

/* Thread. The group of a process to come, whose parent's is `from` (NULL: none). NULL: no memory. */
struct group *group_create(struct group *from);
/* Any context. The last gives it back. */
void group_put(struct group *g);

/* Lock of g held. What it does with a signal; and what it does from now on. */
const struct sigaction *group_action(const struct group *g, int signo);
void group_set_action(struct group *g, int signo, const struct sigaction *action);

/* Thread. The caller leaves; the last has become the whole group. */
void group_leave(struct group *g, struct user *u);

/* Thread of g. Asks all others to end. -EINTR: somebody else was first. */
int group_end_others(struct group *g);
/*
 * Thread, no lock held. Has u been asked to end? Who waits for what may never come looks; `changed` is woken.
 */
bool group_asks_to_end(const struct user *u);
/* Any context, locks below RANK_GROUP held. All threads end, and status is what wait() tells. */
void group_end(struct group *g, int status);
/* The same, with the lock of g held; who lets it go wakes `changed`. */
void group_end_locked(struct group *g, int status);

/* Thread. alarm(): for a group to come, and for one that ends. */
void group_alarm_init(struct group *g);
void group_alarm_end(struct group *g);

/* Thread. Its table of capabilities, made now if it has none. NULL: no memory. kernel/sys_ipc.c */
struct caps *group_caps(struct group *g);

/* Any context. How many processes there may be, whatever their limits say. */
unsigned group_procs_most(void);
/* Thread, no lock held. Limit number `which`, what it is now. */
uint64_t group_limit(struct group *g, unsigned which);
