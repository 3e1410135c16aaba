/*
 * endpoint_short.c - the short way of a call and of its reply: from the trap of one program to the end of the
 * trap of the other.
 *
 * Who calls, or replies and receives, leaves nothing on its kernel stack: when its wait is over, it goes back
 * to user mode, whatever it was doing. So where all is as usual there is nothing to save and nothing to
 * return to: the message goes from frame to frame, the CPU from thread to thread, and the partner's frame is
 * loaded as if the trap had been its own. Each step looks whether it is as usual, before anything is changed;
 * if not, the call is made as any other, in endpoint.c. Should somebody wake the thread the long way, by
 * sched_wake(), it begins anew on its empty stack, in come_back().
 *
 * What is left out: interrupts stay off, nobody else is looked for, and no register but those of the frame is
 * saved. What is not: rights, locks, states and times are as on the long way.
 */
#include <hal/context.h>
#include <hal/timer.h>
#include <kernel/cap.h>
#include <kernel/endpoint.h>
#include <kernel/group.h>
#include <kernel/kassert.h>
#include <kernel/sched_short.h>
#include <kernel/user_load.h>
#include <uapi/syscall.h>

/* Those from SYSCALL_OWN on are the same on every machine. */
#define GENERIC_NUMBER(name, generic, i386, args) NR_##name = (generic),
enum { SYSCALL_LIST(GENERIC_NUMBER) };

/* irqs off, run-queue lock held. The first thing that a thread does which was woken the long way. */
static _Noreturn void come_back(void)
{
    spin_unlock_raw(&sched_cpu_after_switch()->rq.lock);
    struct user *u = current_user();
    hal_frame_set_result(u->frame, ipc_waited(u));
    user_enter();
}

/*
 * irqs off, run-queue lock held, on the empty stack of u's thread, which has the CPU from now on; what is
 * loaded is still its partner's. Only here, where nobody stands on the partner's stack any more, is it
 * written to: hand() could not know which of its own variables lie there.
 *
 * Nobody asks whether u may leave the kernel: who wants its CPU, or has a signal for it, sent an interrupt,
 * or sees it run, and sends one then. That comes at the first instruction of the program.
 */
static _Noreturn __attribute__((hot)) void land(void *arg)
{
    struct user *u = arg;
    struct cpu *cpu = u->proc->cpu;
    struct user *from = cpu->rq.loaded;
    user_save(&cpu->rq);
    from->proc->sp = hal_context_restart(from->frame, come_back);
    spin_unlock_raw(&cpu->rq.lock);
    user_load(cpu, u->frame, u->proc);
    hal_frame_resume(u->frame);
}

/* irqs off. Somebody has this lock, and perhaps this CPU another one: it is not as usual. */
static __attribute__((noinline)) void give_back(struct spinlock *l, unsigned ticket, struct spinlock *also)
{
    spin_wait(l, ticket);
    spin_unlock_raw(l);
    if (also != NULL)
        spin_unlock_raw(also);
}

/* Run-queue lock held. p, which runs, may sleep, and q, whom it has been waiting for, have its CPU. */
static inline bool may_hand_over(const struct cpu *cpu, const struct proc *p, const struct proc *q)
{
    return atomic_load_explicit(&cpu->rq.nrunning, memory_order_relaxed) == 1 && !cpu->rq.long_way &&
           !p->woken && q->cpu == cpu && q->state == PROC_SLEEPING && q->prio == p->prio &&
           (q->affinity & cpu->bit) != 0 && !atomic_load_explicit(&q->killed, memory_order_relaxed);
}

/*
 * Lock of ep held. Who has waited for the caller u, which has a right to do that; NULL: it is not as usual.
 */
static inline struct user *who_waits(const struct endpoint *ep, const struct user *u, bool calls)
{
    if (calls)
        return list_empty(&ep->receiving) ? NULL : list_first_entry(&ep->receiving, struct user, ipc.link);
    return u->ipc.owes_ep == ep && list_empty(&ep->sending) && ep->senders != 0 ? u->ipc.owes : NULL;
}

/* Locks of ep and of the run queue held. u has called `to`, and waits for the reply. */
static inline void note_call(struct endpoint *ep, struct user *u, struct user *to)
{
    list_unlink(&to->ipc.link);
    endpoint_owe(ep, to, u);
    u->ipc.ep = ep;
    u->ipc.state = IPC_CALLING;
}

/* The same. u has replied to `to`, and waits for the next message. */
static inline void note_reply(struct endpoint *ep, struct user *u, const struct cap *via)
{
    u->ipc.owes_ep = NULL;
    u->ipc.ep = ep;
    u->ipc.via = via;
    u->ipc.state = IPC_QUEUED;
    list_add_tail(&ep->receiving, &u->ipc.link);
    ep->refs--; /* that of `to`; the reply's is now the wait's */
}

static inline __attribute__((always_inline)) void hand(struct hal_frame *f, const unsigned long a[6],
                                                       bool calls)
{
    const struct kstack_top *top = kstack_top((uintptr_t)f);
    struct proc *p = top->proc;
    struct cpu *cpu = top->cpu;
    struct user *u = p->user;
    struct caps *t = atomic_load_explicit(&u->group->caps, memory_order_acquire);
    unsigned ticket;
    if (__builtin_expect(t == NULL || a[1] != IPC_NOTHING, 0))
        return;
    if (__builtin_expect(!spin_draw(&t->lock, &ticket), 0)) {
        give_back(&t->lock, ticket, NULL);
        return;
    }
    const struct cap *via = cap_at(t, a[0]);
    if (__builtin_expect(via == NULL || (via->rights & (calls ? IPC_SEND : IPC_RECEIVE)) == 0, 0)) {
        spin_unlock_raw(&t->lock);
        return;
    }
    struct endpoint *ep = via->ep;
    if (__builtin_expect(!spin_draw(&ep->lock, &ticket), 0)) {
        give_back(&ep->lock, ticket, &t->lock);
        return;
    }
    spin_unlock_raw(&t->lock);
    struct user *to = who_waits(ep, u, calls);
    if (__builtin_expect(to == NULL, 0)) {
        spin_unlock_raw(&ep->lock);
        return;
    }
    struct proc *q = to->proc;
    struct runq *rq = &cpu->rq;
    if (__builtin_expect(!spin_draw(&rq->lock, &ticket), 0)) {
        give_back(&rq->lock, ticket, &ep->lock);
        return;
    }
    if (__builtin_expect(!may_hand_over(cpu, p, q), 0)) {
        spin_unlock_raw(&rq->lock);
        spin_unlock_raw(&ep->lock);
        return;
    }

    hal_frame_pass(to->frame, f);
    hal_frame_set_result(to->frame, calls ? IPC_WANTS_REPLY : 0);
    to->ipc.state = IPC_IDLE;
    if (calls)
        note_call(ep, u, to);
    else
        note_reply(ep, u, via);
    spin_unlock_raw(&ep->lock);

    uint64_t now = hal_timer_now();
    p->run_ticks += now - rq->switched;
    rq->switched = now;
    proc_set_state_from(p, PROC_RUNNING, PROC_SLEEPING);
    proc_set_state_from(q, PROC_SLEEPING, PROC_READY);
    proc_set_state_from(q, PROC_READY, PROC_RUNNING);
    list_init(&q->turn);
    q->switches++;
    rq->current = q;
    hal_context_leave(to->frame, land, to);
}

void endpoint_trap(struct hal_frame *f)
{
    unsigned long a[6];
    unsigned long nr = hal_frame_call(f, a);
    if (nr == NR_ipc_call)
        hand(f, a, true);
    else if (nr == NR_ipc_reply_receive)
        hand(f, a, false);
    user_call(f);
}
