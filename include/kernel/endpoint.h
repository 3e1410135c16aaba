/*
 * kernel/endpoint.h - synchronous endpoints: a message goes from the registers of one thread to those of
 * another.
 *
 * Nothing is kept in between: who sends waits until somebody receives, and who receives until somebody sends.
 * A call is a message whose sender waits on for the reply, which the thread that got the message, and no
 * other, may send once. The message stays in the sender's trap frame until it is copied into the receiver's.
 */
#pragma once
#include <kernel/spinlock.h>
#include <lib/list.h>
#include <stdbool.h>

struct cap;
struct caps;
struct hal_frame;
struct user;

struct endpoint {
    struct spinlock lock;           /* RANK_ENDPOINT */
    unsigned refs;                  /* capabilities, threads that wait, and replies that are owed */
    unsigned senders, receivers;    /* capabilities with IPC_SEND, with IPC_RECEIVE */
    struct list sending, receiving; /* who waits, struct user: one of the two is empty */
};

enum ipc_state {
    IPC_IDLE,    /* waits for nothing, or has what it waited for */
    IPC_QUEUED,  /* in a queue of its endpoint */
    IPC_CALLING, /* its message was taken; it waits for the reply */
};

/* What a program's thread has to do with endpoints. */
struct ipc {
    /* lock of ep, while the thread waits */
    struct list link;           /* in a queue of ep */
    struct endpoint *ep;        /* where it waits. A reference */
    const struct cap *via;      /* the capability that it waits by: without it, the wait ends */
    enum ipc_state state;
    bool calls;                 /* in the queue of senders: it wants a reply */
    bool told;                  /* it was handed the CPU, and ep counts it no more */
    long result;                /* of the wait */
    struct user *server;        /* IPC_CALLING: who owes it the reply */
    /* its own, or who passes a message to it */
    struct endpoint *owes_ep;   /* whence a message that wants a reply; NULL: it owes nothing. A reference */
    struct cap *gift;           /* comes or goes with the message */
    /* lock of owes_ep */
    struct user *owes;          /* who waits for the reply; NULL: nobody any more */
};

void endpoint_init(void); /* irqs off, boot CPU, once, after kmalloc_init(). */

/* Thread. One that nobody has a capability of. NULL: no memory. */
struct endpoint *endpoint_create(void);
/* Thread, no lock held. One that nothing refers to: endpoint_drop() said so, or nobody had it yet. */
void endpoint_free(struct endpoint *ep);

/* For cap.c, RANK_CAPS held or not. One more capability, with these rights; the first of all. */
void endpoint_hold(struct endpoint *ep, unsigned rights);
void endpoint_hold_first(struct endpoint *ep, unsigned rights);
/*
 * For cap.c, RANK_CAPS held or not. Capability c of ep is no more. Who waits by it gets -EBADF; when nobody
 * is left who could receive, or send, those that wait for such get -EPIPE. True: ep was used by nobody else:
 * endpoint_free().
 */
bool endpoint_drop(struct endpoint *ep, const struct cap *c);

/*
 * The caller is a program's thread, its trap frame has the words of the message; what comes is put there,
 * too. t: the table of its process. u->ipc.gift goes along, and is NULL afterwards if it did; or it is what
 * came. Results: as the call of that name in docs/ipc.md has it, but for the handle of what came.
 */
long endpoint_send(struct user *u, struct caps *t, unsigned long handle, bool calls);
long endpoint_receive(struct user *u, struct caps *t, unsigned long handle);
long endpoint_reply(struct user *u);
long endpoint_reply_receive(struct user *u, struct caps *t, unsigned long handle);
/* Thread, its own. It will not reply: who waits for that gets -EPIPE. */
void endpoint_forget(struct user *u);

/*
 * irqs off, in a trap from user mode: a call of our own. If it is one that has a short way and all is as
 * usual, this does not return: the partner goes to user mode. Else it is made as any other.
 */
void endpoint_trap(struct hal_frame *f);
/*
 * For that: irqs off, the caller's wait at an endpoint may be over. Returns when it is, irqs on, with its
 * result. The second also sees to what came with the message: it is the result of the call.
 */
long endpoint_wait_over(struct user *u);
long ipc_waited(struct user *u); /* kernel/sys_ipc.c */
