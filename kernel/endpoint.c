/*
 * endpoint.c - messages between threads: who comes first waits, who comes second does the work.
 *
 * A waiting thread is woken with the endpoint's lock held. It takes that lock too before it believes that its
 * wait is over, so its waker has done with it by then; and it counts in the endpoint until then, so the lock
 * is still there. Only who is handed the CPU directly need not: it slept, and could not look, while its waker
 * did all that.
 */
#include <kernel/cap.h>
#include <kernel/endpoint.h>
#include <kernel/printk.h>
#include <kernel/sched_short.h>
#include <kernel/slab.h>
#include <kernel/user.h>
#include <uapi/errno.h>

static struct cache *endpoints;

void endpoint_init(void)
{
    endpoints = cache_create("endpoint", sizeof(struct endpoint), 0, NULL);
    if (endpoints == NULL)
        panic("no memory for endpoints");
}

struct endpoint *endpoint_create(void)
{
    struct endpoint *ep = cache_alloc(endpoints);
    if (ep == NULL)
        return NULL;
    spin_init(&ep->lock, "endpoint", RANK_ENDPOINT);
    ep->refs = ep->senders = ep->receivers = 0;
    list_init(&ep->sending);
    list_init(&ep->receiving);
    return ep;
}

void endpoint_free(struct endpoint *ep)
{
    cache_free(endpoints, ep);
}

static struct user *first_of(struct list *queue)
{
    return list_empty(queue) ? NULL : list_first_entry(queue, struct user, ipc.link);
}

/* irqs off, lock held, which is let go; with it one reference. */
static void unlock_put(struct endpoint *ep)
{
    bool last = --ep->refs == 0;
    spin_unlock_raw(&ep->lock);
    if (last)
        endpoint_free(ep);
}

/* --- Capabilities come and go ------------------------------------------------------------------------ */

void endpoint_hold_first(struct endpoint *ep, unsigned rights)
{
    ep->refs++;
    ep->senders += (rights & IPC_SEND) != 0;
    ep->receivers += (rights & IPC_RECEIVE) != 0;
}

void endpoint_hold(struct endpoint *ep, unsigned rights)
{
    unsigned long s = spin_lock(&ep->lock);
    endpoint_hold_first(ep, rights);
    spin_unlock(&ep->lock, s);
}

/* Lock held. u's wait is over; it is in no queue. */
static void end_wait(struct user *u, long result)
{
    u->ipc.state = IPC_IDLE;
    u->ipc.result = result;
    sched_wake(u->proc);
}

/* Lock held. Ends the waits in a queue: those by c; or all, if c is NULL. */
static void end_waits(struct list *queue, const struct cap *c, long result)
{
    struct user *u, *after;
    list_for_each_entry_safe(u, after, queue, ipc.link) {
        if (c == NULL || u->ipc.via == c) {
            list_del(&u->ipc.link);
            end_wait(u, result);
        }
    }
}

bool endpoint_drop(struct endpoint *ep, const struct cap *c)
{
    unsigned long s = spin_lock(&ep->lock);
    end_waits(&ep->sending, c, -EBADF);
    end_waits(&ep->receiving, c, -EBADF);
    if ((c->rights & IPC_RECEIVE) != 0 && --ep->receivers == 0)
        end_waits(&ep->sending, NULL, -EPIPE);
    if ((c->rights & IPC_SEND) != 0 && --ep->senders == 0)
        end_waits(&ep->receiving, NULL, -EPIPE);
    bool last = --ep->refs == 0;
    spin_unlock(&ep->lock, s);
    return last;
}

/* --- Waiting ------------------------------------------------------------------------------------------ */

/* Lock held. The caller, who was asked to end or has a signal, waits for nothing any more. */
static void give_up(struct user *u)
{
    if (u->ipc.state == IPC_QUEUED)
        list_del(&u->ipc.link);
    else
        u->ipc.server->ipc.owes = NULL;
    u->ipc.state = IPC_IDLE;
    u->ipc.result = -EINTR;
}

/* irqs off. After a sleep: woken by the partner, by a signal, or too early. */
static __attribute__((noinline)) void see_why(struct user *u)
{
    struct endpoint *ep = u->ipc.ep;
    while (!u->ipc.told) {
        spin_lock_raw(&ep->lock);
        if (u->ipc.state != IPC_IDLE && proc_killed())
            give_up(u);
        if (u->ipc.state == IPC_IDLE) {
            unlock_put(ep);
            return;
        }
        spin_unlock_raw(&ep->lock);
        sched_sleep();
    }
}

long endpoint_wait_over(struct user *u)
{
    if (__builtin_expect(!u->ipc.told, 0))
        see_why(u);
    u->ipc.told = false;
    hal_irq_enable();
    return u->ipc.result;
}

/*
 * irqs off, lock of ep held, which is let go; irqs are on afterwards. u waits there as `state` says, and
 * counts for it. partner: who has got what it waited for from u just now, and is to be woken; or NULL.
 */
static inline long wait_there(struct user *u, struct endpoint *ep, enum ipc_state state, struct user *partner)
{
    u->ipc.ep = ep;
    u->ipc.state = state;
    struct proc *p = u->proc;
    struct cpu *cpu = p->cpu;
    if (partner != NULL && sched_may_hand_over(cpu, p, partner->proc)) {
        partner->ipc.told = true;
        ep->refs--; /* the partner's; u's is there */
        spin_unlock_raw(&ep->lock);
        sched_hand_over(&cpu->rq, p, partner->proc);
    } else {
        if (partner != NULL)
            sched_wake(partner->proc);
        spin_unlock_raw(&ep->lock);
        sched_sleep();
    }
    return endpoint_wait_over(u);
}

/* Lock held. u waits in the queue, as one more reference. */
static inline void join(struct list *queue, struct user *u, const struct cap *via)
{
    u->ipc.via = via;
    list_add_tail(queue, &u->ipc.link);
}

/* --- Messages ----------------------------------------------------------------------------------------- */

/*
 * Turns irqs off. The endpoint of that capability, locked; or NULL, irqs on, and why. Lock by lock: as long
 * as the table is locked the capability is there, and as long as it is there, its endpoint.
 */
static inline struct endpoint *lock_by(struct caps *t, unsigned long handle, unsigned right, struct cap **via,
                                       long *why)
{
    hal_irq_disable();
    spin_lock_raw(&t->lock);
    struct cap *c = cap_at(t, handle);
    if (__builtin_expect(c == NULL || (c->rights & right) == 0, 0)) {
        spin_unlock_raw(&t->lock);
        hal_irq_enable();
        *why = c == NULL ? -EBADF : -EPERM;
        return NULL;
    }
    struct endpoint *ep = c->ep;
    spin_lock_raw(&ep->lock);
    spin_unlock_raw(&t->lock);
    *via = c;
    return ep;
}

static inline long unlock(struct endpoint *ep, long result)
{
    spin_unlock_raw(&ep->lock);
    hal_irq_enable();
    return result;
}

/* Lock of their endpoint held. */
static inline void pass(struct user *to, struct user *from)
{
    hal_frame_pass(to->frame, from->frame);
    to->ipc.gift = from->ipc.gift;
    from->ipc.gift = NULL;
}

long endpoint_send(struct user *u, struct caps *t, unsigned long handle, bool calls)
{
    struct cap *via;
    long why = 0;
    struct endpoint *ep = lock_by(t, handle, IPC_SEND, &via, &why);
    if (ep == NULL)
        return why;
    if (ep->receivers == 0)
        return unlock(ep, -EPIPE);
    struct user *to = first_of(&ep->receiving);
    if (to == NULL) {
        join(&ep->sending, u, via);
        u->ipc.calls = calls;
        ep->refs++;
        return wait_there(u, ep, IPC_QUEUED, NULL);
    }
    list_del(&to->ipc.link);
    pass(to, u);
    to->ipc.state = IPC_IDLE;
    to->ipc.result = calls ? IPC_WANTS_REPLY : 0;
    if (calls) {
        endpoint_owe(ep, to, u);
        ep->refs++;
        return wait_there(u, ep, IPC_CALLING, to);
    }
    sched_wake(to->proc);
    return unlock(ep, 0);
}

/*
 * irqs off, lock held, which is let go; irqs are on afterwards. `from` waits to send, and u gets its message.
 */
static long take(struct user *u, struct endpoint *ep, struct user *from)
{
    list_del(&from->ipc.link);
    pass(u, from);
    if (!from->ipc.calls) {
        end_wait(from, 0);
        return unlock(ep, 0);
    }
    endpoint_owe(ep, u, from);
    from->ipc.state = IPC_CALLING;
    return unlock(ep, IPC_WANTS_REPLY);
}

long endpoint_receive(struct user *u, struct caps *t, unsigned long handle)
{
    struct cap *via;
    long why = 0;
    struct endpoint *ep = lock_by(t, handle, IPC_RECEIVE, &via, &why);
    if (ep == NULL)
        return why;
    struct user *from = first_of(&ep->sending);
    if (from != NULL)
        return take(u, ep, from);
    if (ep->senders == 0)
        return unlock(ep, -EPIPE);
    join(&ep->receiving, u, via);
    ep->refs++;
    return wait_there(u, ep, IPC_QUEUED, NULL);
}

/* --- Replies ------------------------------------------------------------------------------------------ */

/*
 * Lock of owes_ep held. The reply, or why there is none, is with whom u owes it. NULL: nobody waits any more.
 */
static inline struct user *pay(struct user *u, long result)
{
    struct user *to = u->ipc.owes;
    u->ipc.owes_ep = NULL;
    if (to != NULL) {
        if (result == 0)
            pass(to, u);
        to->ipc.state = IPC_IDLE;
        to->ipc.result = result;
    }
    return to;
}

static long settle(struct user *u, long result)
{
    struct endpoint *ep = u->ipc.owes_ep;
    if (ep == NULL)
        return -ESRCH;
    hal_irq_disable();
    spin_lock_raw(&ep->lock);
    struct user *to = pay(u, result);
    if (to != NULL)
        sched_wake(to->proc);
    unlock_put(ep);
    hal_irq_enable();
    return to != NULL ? 0 : -ESRCH;
}

long endpoint_reply(struct user *u)
{
    return settle(u, 0);
}

void endpoint_forget(struct user *u)
{
    settle(u, -EPIPE);
}

/*
 * Usually the reply goes where the next message is to come from: then it is one step, and the caller has the
 * CPU.
 */
long endpoint_reply_receive(struct user *u, struct caps *t, unsigned long handle)
{
    struct cap *via;
    long why = 0;
    struct endpoint *ep = lock_by(t, handle, IPC_RECEIVE, &via, &why);
    if (ep == NULL)
        return why;
    struct user *from = first_of(&ep->sending);
    if (ep != u->ipc.owes_ep || u->ipc.owes == NULL || from != NULL || ep->senders == 0) {
        unlock(ep, 0);
        why = settle(u, 0);
        return why != 0 ? why : endpoint_receive(u, t, handle);
    }
    struct user *to = pay(u, 0);
    join(&ep->receiving, u, via);
    return wait_there(u, ep, IPC_QUEUED, to); /* it counts there as the reply did that it owed */
}
