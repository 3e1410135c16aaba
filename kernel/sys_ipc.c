/* sys_ipc.c - the calls about endpoints and capabilities: docs/ipc.md. Linux has no such. */
#include <kernel/cap.h>
#include <kernel/endpoint.h>
#include <kernel/group.h>
#include <kernel/sys.h>
#include <kernel/user.h>
#include <uapi/errno.h>

/* The table of the caller's process; the first time there is none. NULL: none yet. */
static inline struct caps *table(const struct user *u)
{
    return atomic_load_explicit(&u->group->caps, memory_order_acquire);
}

struct caps *group_caps(struct group *g)
{
    struct caps *t = atomic_load_explicit(&g->caps, memory_order_acquire);
    if (t != NULL)
        return t;
    struct caps *made = caps_create();
    if (made == NULL)
        return NULL;
    if (atomic_compare_exchange_strong_explicit(&g->caps, &t, made, memory_order_acq_rel,
                                                memory_order_acquire))
        return made;
    caps_destroy(made); /* another thread was first */
    return t;
}

/* --- Capabilities --------------------------------------------------------------------------------------- */

long sys_ipc_create(const unsigned long a[6])
{
    (void)a;
    struct caps *t = group_caps(current_user()->group);
    return t != NULL ? cap_create_endpoint(t) : -ENOMEM;
}

long sys_ipc_close(const unsigned long a[6])
{
    struct caps *t = table(current_user());
    return t != NULL ? cap_close(t, a[0]) : -EBADF;
}

long sys_ipc_duplicate(const unsigned long a[6])
{
    struct cap *c;
    struct caps *t = table(current_user());
    int result = t != NULL ? cap_derive(t, a[0], a[1], IPC_DUPLICATE, &c) : -EBADF;
    return result == 0 ? cap_place(t, c) : result;
}

long sys_ipc_revoke(const unsigned long a[6])
{
    struct caps *t = table(current_user());
    return t != NULL ? cap_revoke(t, a[0]) : -EBADF;
}

long sys_ipc_rights(const unsigned long a[6])
{
    struct caps *t = table(current_user());
    return t != NULL ? cap_rights(t, a[0]) : -EBADF;
}

/* --- Messages ------------------------------------------------------------------------------------------- */

/* What the caller wants to give away is made before anything is sent. */
static __attribute__((noinline)) int wrap(struct user *u, struct caps *t, unsigned long gift)
{
    unsigned long rights = gift >> IPC_HANDLE_BITS;
    return (rights & IPC_KEEP) == 0 ? cap_derive(t, gift & IPC_HANDLE, rights, IPC_GRANT, &u->ipc.gift)
                                    : -EINVAL;
}

/* After the message. What could not be sent goes; what came gets its place, and the result tells which. */
static __attribute__((noinline)) long unwrap(struct user *u, struct caps *t, long result)
{
    struct cap *c = u->ipc.gift;
    u->ipc.gift = NULL;
    if (result < 0) {
        cap_discard(c);
        return result;
    }
    int handle = cap_place(t, c);
    return handle < 0 ? result | IPC_LOST_GIFT : result | IPC_HAS_GIFT | handle;
}

long ipc_waited(struct user *u)
{
    long result = endpoint_wait_over(u);
    return u->ipc.gift != NULL ? unwrap(u, table(u), result) : result;
}

enum step { SEND, CALL, RECEIVE, REPLY, REPLY_RECEIVE };

static inline long message(enum step step, const unsigned long a[6])
{
    struct user *u = current_user();
    struct caps *t = table(u);
    long result;
    if (t == NULL)
        return -EBADF;
    if (step != RECEIVE && __builtin_expect(a[1] != IPC_NOTHING, 0) && (result = wrap(u, t, a[1])) != 0)
        return result;
    if (__builtin_expect(proc_killed(), 0))
        result = -EINTR;
    else if (step == SEND || step == CALL)
        result = endpoint_send(u, t, a[0], step == CALL);
    else if (step == RECEIVE)
        result = endpoint_receive(u, t, a[0]);
    else if (step == REPLY)
        result = endpoint_reply(u);
    else
        result = endpoint_reply_receive(u, t, a[0]);
    return __builtin_expect(u->ipc.gift != NULL, 0) ? unwrap(u, t, result) : result;
}

long sys_ipc_send(const unsigned long a[6])
{
    return message(SEND, a);
}

long sys_ipc_call(const unsigned long a[6])
{
    return message(CALL, a);
}

/* Who asks for the next message has nothing more to say to the last. */
long sys_ipc_receive(const unsigned long a[6])
{
    if (current_user()->ipc.owes_ep != NULL)
        endpoint_forget(current_user());
    return message(RECEIVE, a);
}

long sys_ipc_reply(const unsigned long a[6])
{
    return message(REPLY, a);
}

long sys_ipc_reply_receive(const unsigned long a[6])
{
    return message(REPLY_RECEIVE, a);
}
