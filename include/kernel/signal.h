/*
 * kernel/signal.h - signals: who is sent what, who takes it when.
 *
 * A signal is pending in a thread or in a group, one of each number, and taken by a thread at its return to
 * user mode. proc_killed() tells a thread that there is one to take, so that waits end.
 */
#pragma once
#include <hal/frame.h>
#include <kernel/entry.h>
#include <stdbool.h>
#include <stdint.h>
#include <uapi/signal.h>

struct group;
struct proc;
struct user;

/* What a handler is told, as far as it is kept. */
struct signal_story {
    int       code;
    int       pid;    /* who sent it, or the child */
    int       status;
    uintptr_t addr;   /* of a fault */
};

/* Bit n - 1 is signal n. The lock of the group. */
struct signals {
    uint64_t pending;
    uint64_t blocked, saved; /* of a thread: what it does not take now; and what it goes back to */
    bool     restore;        /* blocked becomes saved after the next handler has been set up */
    struct sigaltstack stack;
    struct signal_story story[NSIG];
};

static inline uint64_t signal_bit(int signo) { return (uint64_t)1 << (signo - 1); }

/* The lowest in a set that is not empty. A loop: not every machine here counts zeros. */
static inline int signal_first(uint64_t set)
{
    int signo = 1;
    for (; (set & 1) == 0; set >>= 1)
        signo++;
    return signo;
}

/* SIGKILL and SIGSTOP: nobody blocks, ignores or handles them. */
#define SIGNALS_HARD (signal_bit(SIGKILL) | signal_bit(SIGSTOP))

/* What happens where the program has not said anything. */
enum signal_default { SIGNAL_ENDS, SIGNAL_STOPS, SIGNAL_IS_NOTHING };

enum signal_default signal_default(int signo);
/* The lock of g. Would nobody see it? */
bool signal_dropped(const struct group *g, int signo);

/*
 * Any context, no lock held. To a process; to all of a process group (-1: to all but PID 1 and the caller);
 * to one thread, of that group if it is not 0. signo 0 only looks. 0, -ESRCH, -EINVAL, or -EPERM: a kernel
 * thread.
 */
int signal_send(int pid, int signo);
int signal_send_pgrp(int pgid, int signo);
int signal_send_to_thread(int group, int pid, int signo);
/* Process-table lock held. g, of a child of that program (NULL: of none), gets what is on its way to it. */
void signal_born(struct group *g, const struct group *parent);
/*
 * Process-table lock held. Has the caller to take a signal before a child may be born? That would be born
 * before the signal, and not be sent it.
 */
bool signal_before_fork(void);
/* Any context, locks below RANK_GROUP held. The group lives meanwhile. */
void signal_send_group(struct group *g, int signo, const struct signal_story *story);
/* The same to one thread. */
void signal_send_thread(struct user *u, int signo, const struct signal_story *story);

/*
 * Thread, in a trap of its program that tells of a fault. Its handler gets it; where there is none, or it is
 * blocked or ignored, the program ends, and the console tells why.
 */
void signal_fault(int signo, int code, uintptr_t addr, const struct hal_frame *f, const struct trap_info *t);

/* Thread. Is there one to take? */
bool signal_pending(void);
/*
 * Thread in a call, no lock held; may sleep. Its wait was interrupted: it stops, and is continued, if it is
 * that. True: that was all, and the wait goes on, until the time that it was for. False: a handler is to run,
 * or the program to end.
 */
bool signal_pass(void);
/*
 * Thread in a call, no lock held. Until signal_unmask() it blocks these signals and no others. What it
 * blocked before is so again then; or, if the call was interrupted, behind the handler that did it.
 */
void signal_mask(uint64_t blocked);
void signal_unmask(bool interrupted);
/* Thread. Does its program block or ignore it, or its group not exist any more? For the tty. */
bool signal_is_ignored(int signo);

/* Thread of a program; may sleep: HAL_SIGFRAME_MOST bytes, for kfree(). NULL: no memory; PID 1 waits. */
void *signal_frame_room(void);
/* Thread in a trap from user mode, irqs on. Takes what is pending; may end the thread, or stop it. */
void signal_take(struct hal_frame *f);

/* Under g's lock: does a thread of it have to look? Sets what proc_killed() tells. */
void signal_recalculate(struct user *u);

/*
 * Any context. What sigaltstack() says of that stack when the stack pointer is sp: SS_DISABLE, SS_ONSTACK, 0.
 */
int signal_stack_flags(const struct sigaltstack *st, uintptr_t sp);
