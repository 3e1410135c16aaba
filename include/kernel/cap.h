/*
 * kernel/cap.h - capabilities: what a process may do with which endpoint.
 *
 * A process has a table of them, which its threads share; a handle is a place in it. A capability is made
 * with its endpoint, or derived from another one, with some of its rights; so all of an endpoint are a tree,
 * and revoking one takes away whatever came from it. One that is taken out of the middle leaves its children
 * to its parent. docs/ipc.md has pictures.
 */
#pragma once
#include <kernel/spinlock.h>
#include <lib/list.h>
#include <stdint.h>
#include <uapi/ipc.h>

struct endpoint;

enum { CAPS_MOST = 64, CAP_GENERATIONS = 1 << 17 };
_Static_assert((uint64_t)CAPS_MOST * CAP_GENERATIONS <= 1 << (IPC_HANDLE_BITS - 1),
               "handles are small numbers");

struct cap {
    struct endpoint *ep;    /* NULL: it was revoked on its way */
    unsigned rights;        /* IPC_*. Fixed */
    /* the lock of the trees */
    struct list children;   /* derived from it */
    struct list sibling;    /* its place among its parent's; of the first: alone, or with such as it is */
    struct caps *table;     /* where it is; NULL: on its way to one */
    unsigned long handle;   /* there */
};

struct caps {
    struct spinlock lock;             /* RANK_TABLE; who changes a slot holds that of the trees, too */
    struct cap *slot[CAPS_MOST];
    uint32_t generation[CAPS_MOST];   /* of the slot: a handle that was closed is not valid again soon */
};

void cap_init(void); /* irqs off, boot CPU, once, after kmalloc_init(). */

/* All of these: thread, no lock held, unless they say otherwise. A table that is empty. NULL: no memory. */
struct caps *caps_create(void);
/* Nobody uses the table any more. Takes what is in it out, and frees it. */
void caps_destroy(struct caps *t);
/* For fork(): a table with a copy, under the same handle, of each with IPC_DUPLICATE. NULL: no memory. */
struct caps *caps_copy(struct caps *from);
/* For execve(): takes out those without IPC_KEEP. */
void caps_close_exec(struct caps *t);

/*
 * A capability of an endpoint, on its way to a table. The first of ep, which nobody else has yet; or derived
 * from that with this handle, which must have all these rights, and allow it: `need` is IPC_DUPLICATE or
 * IPC_GRANT. 0, or -ENOMEM, -EBADF: no such handle, -EPERM: it lacks a right, -EINVAL: there are no such
 * rights.
 */
int cap_first(struct endpoint *ep, struct cap **made);
int cap_derive(struct caps *t, unsigned long handle, unsigned long rights, unsigned need, struct cap **made);
/* It has arrived: its handle in t. Or -EMFILE: t is full, -ENOENT: it was revoked. Then it is gone. */
int cap_place(struct caps *t, struct cap *c);
/* It is not wanted any more. */
void cap_discard(struct cap *c);
/* A new endpoint, with all rights: its handle in t. Or -ENOMEM, -EMFILE. */
int cap_create_endpoint(struct caps *t);

/* -EBADF: no such handle; -EPERM: no right to do that. Revoking leaves the capability itself. */
int cap_close(struct caps *t, unsigned long handle);
int cap_revoke(struct caps *t, unsigned long handle);
/* Its rights, with IPC_KEEP, or -EBADF. */
int cap_rights(struct caps *t, unsigned long handle);

/* Table lock held. NULL: there is no such handle. */
static inline struct cap *cap_at(const struct caps *t, unsigned long handle)
{
    struct cap *c = t->slot[handle % CAPS_MOST];
    return c != NULL && c->handle == handle ? c : NULL;
}
