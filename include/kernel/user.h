/*
 * kernel/user.h - threads that run programs: what they have besides struct proc, and the way to user mode.
 *
 * The page tables, the thread pointer and the floating-point registers of a thread are loaded into a CPU at
 * the return to user mode, and nowhere else: kernel/user.c, kernel/endpoint_short.c. docs/user-mode.md has
 * the walks.
 */
#pragma once
#include <hal/frame.h>
#include <hal/user.h>
#include <kernel/endpoint.h>
#include <kernel/entry.h>
#include <kernel/proc.h>
#include <kernel/sched.h>
#include <kernel/signal.h>
#include <lib/list.h>
#include <stdint.h>

struct aspace;
struct files;
struct fs;
struct group;
struct vfork;

struct user {
    /* this thread; others while it is NEW, or with the lock of its group held */
    struct aspace *as;
    struct files  *files;
    struct fs     *fs;
    struct group  *group;   /* fixed */
    struct proc   *proc;    /* fixed */
    struct hal_frame *frame; /* of the program, at the top of the thread's kernel stack. Fixed */
    struct list    member;  /* of the group. Its lock */
    struct hal_user *hal;   /* what is not in the trap frame. While it is loaded, the CPU knows better */
    struct signals signals; /* the lock of its group */
    uintptr_t      clear_tid; /* there a 0 is stored at its end, and a futex woken; 0: nowhere */
    uintptr_t      set_tid;   /* there its PID is stored when it begins */
    struct ipc     ipc;
    char           name[PROC_NAME_SIZE]; /* as the program gave it: any bytes */
    struct vfork  *vforked; /* its parent waits until it has memory of its own */
    bool           again;       /* its call was interrupted, and may be made again; no result is set */
    bool           told_unknown; /* of a call that there is not */
    bool           asked_end;   /* the group ends, or becomes another program. The lock of the group */
};

/* irqs off, boot CPU, once, after kmalloc_init(). */
void user_init(void);

/* Thread. NULL: a kernel thread. */
static inline struct user *current_user(void)
{
    return current()->user;
}

/* Thread. A user without anything, for a process to come. NULL: no memory. */
struct user *user_alloc(void);
/* Thread. What it still has is given back, its place in the group too. */
void user_free(struct user *u);

/*
 * Process-table lock held: p, which has a PID and a place in the table, is u's; it is in its group, as one
 * more.
 */
void user_born(struct user *u, struct proc *p);

/*
 * Thread, no lock held. u's thread, the caller, has that name from now on. What cannot be printed is a ? in
 * the name of its process: that is shown by many, and a terminal must not be told what to do.
 */
void user_set_name(struct user *u, const char *name);

/* A trap from user mode: trap_dispatch() of such. */
void user_trap(struct hal_frame *f, const struct trap_info *t);
/* irqs off. The same for any call, made the usual way. */
void user_call(struct hal_frame *f);
/* Thread that has a frame: to user mode, for the first time. */
_Noreturn void user_enter(void);
/* Thread, its own. What it has loaded is stored, and is loaded anew at its return: to change it now. */
void user_unload(void);

/* kernel/endpoint.h. Lock held. server owes client a reply from now on, as one more reference. */
static inline void endpoint_owe(struct endpoint *ep, struct user *server, struct user *client)
{
    client->ipc.server = server;
    server->ipc.owes = client;
    server->ipc.owes_ep = ep;
    ep->refs++;
}
