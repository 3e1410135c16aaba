/*
 * signal.c - sending: what becomes pending where, and who has to look.
 *
 * What nobody would see is dropped here, so that it interrupts nobody. A stop undoes a pending SIGCONT, and
 * the other way round.
 */
#include <kernel/group.h>
#include <kernel/job.h>
#include <kernel/proc.h>
#include <kernel/proc_table.h>
#include <kernel/sched.h>
#include <kernel/signal.h>
#include <kernel/user.h>
#include <uapi/errno.h>

#define BITS_OF_STOP (signal_bit(SIGSTOP) | signal_bit(SIGTSTP) | signal_bit(SIGTTIN) | signal_bit(SIGTTOU))
#define BITS_OF_NOTHING \
    (signal_bit(SIGCHLD) | signal_bit(SIGURG) | signal_bit(SIGWINCH) | signal_bit(SIGCONT))

enum signal_default signal_default(int signo)
{
    if (signal_bit(signo) & BITS_OF_STOP)
        return SIGNAL_STOPS;
    return signal_bit(signo) & BITS_OF_NOTHING ? SIGNAL_IS_NOTHING : SIGNAL_ENDS;
}

bool signal_dropped(const struct group *g, int signo)
{
    void (*handler)(int) = group_action(g, signo)->sa_handler;
    if (signal_bit(signo) & SIGNALS_HARD)
        return false;
    return handler == SIG_IGN || (handler == SIG_DFL && signal_default(signo) == SIGNAL_IS_NOTHING);
}

void signal_recalculate(struct user *u)
{
    struct group *g = u->group;
    uint64_t pending = (u->signals.pending | g->signals.pending) & ~u->signals.blocked;
    bool look = pending != 0 || u->asked_end || g->stop_signo != 0 || u->signals.restore;
    atomic_store_explicit(&u->proc->killed, look, memory_order_relaxed);
    if (look && u->proc != current()) {
        sched_wake(u->proc);
        sched_poke(u->proc);
    }
}

static void forget(struct group *g, uint64_t signals)
{
    struct user *u;
    g->signals.pending &= ~signals;
    list_for_each_entry(u, &g->threads, member)
        u->signals.pending &= ~signals;
}

/*
 * Lock held. What a signal does as it is sent, whatever its action. SIGKILL is for all threads at once: the
 * one that would take it may be waiting for the others.
 */
static void at_once(struct group *g, int signo)
{
    if (signo == SIGCONT || signo == SIGKILL) {
        forget(g, BITS_OF_STOP);
        if (g->stop_signo != 0 && signo == SIGCONT)
            g->news = NEWS_CONTINUED;
        job_set_stop(g, 0);
        if (signo == SIGKILL)
            group_end_locked(g, SIGKILL);
    } else if (signal_bit(signo) & BITS_OF_STOP) {
        forget(g, signal_bit(SIGCONT));
    }
}

/* Lock held. Who has it not blocked? NULL: everybody has. The caller, if he is one of them; or the leader. */
static struct user *taker(struct group *g, int signo)
{
    struct user *u, *found = NULL;
    list_for_each_entry(u, &g->threads, member) {
        if (u->signals.blocked & signal_bit(signo))
            continue;
        if (found == NULL || u->proc == current())
            found = u;
    }
    return found;
}

/* True: it is pending now. One of a number: the story of the first is kept. */
static bool add(struct signals *to, int signo, const struct signal_story *story)
{
    if (to->pending & signal_bit(signo))
        return false;
    to->pending |= signal_bit(signo);
    to->story[signo] = *story;
    return true;
}

static void wake_stopped(struct group *g, int signo)
{
    if (signo == SIGCONT || signo == SIGKILL)
        waitq_wake_all(&g->changed);
}

void signal_send_group(struct group *g, int signo, const struct signal_story *story)
{
    unsigned long s = spin_lock(&g->lock);
    struct user *u;
    at_once(g, signo);
    bool blocked = taker(g, signo) == NULL;
    if ((blocked || !signal_dropped(g, signo)) && add(&g->signals, signo, story)) {
        u = taker(g, signo);
        if (u != NULL)
            signal_recalculate(u);
    }
    spin_unlock(&g->lock, s);
    wake_stopped(g, signo);
}

void signal_send_thread(struct user *u, int signo, const struct signal_story *story)
{
    struct group *g = u->group;
    unsigned long s = spin_lock(&g->lock);
    at_once(g, signo);
    bool blocked = u->signals.blocked & signal_bit(signo);
    if ((blocked || !signal_dropped(g, signo)) && add(&u->signals, signo, story))
        signal_recalculate(u);
    spin_unlock(&g->lock, s);
    wake_stopped(g, signo);
}

bool signal_pending(void)
{
    return proc_killed();
}

void signal_mask(uint64_t blocked)
{
    struct user *u = current_user();
    unsigned long s = spin_lock(&u->group->lock);
    u->signals.saved = u->signals.blocked;
    u->signals.blocked = blocked & ~SIGNALS_HARD;
    signal_recalculate(u);
    spin_unlock(&u->group->lock, s);
}

void signal_unmask(bool interrupted)
{
    struct user *u = current_user();
    unsigned long s = spin_lock(&u->group->lock);
    if (interrupted)
        u->signals.restore = true;
    else
        u->signals.blocked = u->signals.saved;
    signal_recalculate(u);
    spin_unlock(&u->group->lock, s);
}

bool signal_is_ignored(int signo)
{
    struct user *u = current_user();
    unsigned long s = spin_lock(&u->group->lock);
    bool result =
        (u->signals.blocked & signal_bit(signo)) || group_action(u->group, signo)->sa_handler == SIG_IGN;
    spin_unlock(&u->group->lock, s);
    return result;
}

/* --- By number ------------------------------------------------------------------------------------ */

struct sending {
    int signo, pgid, thread_of; /* thread_of: one thread, of this group; 0: of any; -1: the group */
    unsigned sent;
    int result;
    struct signal_story story;
    /* to many: table lock */
    struct list link;
    const struct group *from; /* the sender's; NULL: the kernel */
    unsigned start;           /* who is born from here on is not asked by the walk */
    int next;                 /* the lowest PID that it has not asked yet */
};

/* Table lock: those that walk through the table now; and how many processes were born. */
static struct list under_way = LIST_INIT(under_way);
static unsigned births;

/* Table lock held: p and its group live. Kernel threads can be asked to end, and nothing else. */
static void send_to(struct proc *p, void *arg)
{
    struct sending *to = arg;
    struct user *u = p->user;
    to->result = 0;
    if (u == NULL) {
        to->result = -EPERM;
        return;
    }
    if (to->thread_of > 0 && u->group->pid != to->thread_of)
        to->result = -ESRCH;
    else if (to->thread_of < 0 && u->group->leader != p)
        to->result = -ESRCH; /* kill() knows processes, not threads */
    else if (p->ended || to->signo == 0)
        return;
    else if (u->group->pid == 1 && group_action(u->group, to->signo)->sa_handler == SIG_DFL)
        return; /* PID 1 gets what it has a handler for */
    else if (to->thread_of >= 0)
        signal_send_thread(u, to->signo, &to->story);
    else
        signal_send_group(u->group, to->signo, &to->story);
}

/* Table lock held. Was g there when it began, and is it meant? -1 is everybody but PID 1 and the sender. */
static bool is_meant(const struct sending *to, const struct group *g)
{
    if ((int)(g->born - to->start) >= 0)
        return false;
    return to->pgid > 0 ? atomic_load_explicit(&g->pgid, memory_order_relaxed) == to->pgid
                        : g->pid != 1 && g != to->from;
}

static void send_if_member(struct proc *p, void *arg)
{
    struct sending *to = arg;
    struct user *u = p->user;
    to->next = p->pid + 1;
    if (u == NULL || u->group->leader != p || !is_meant(to, u->group))
        return;
    to->sent++;
    send_to(p, arg);
}

/*
 * To all who are there now: between two pieces of the table its lock is free, and there may be births. A
 * child is sent the signal if the walk has not come to its parent; else it was born after that, since
 * signal_before_fork() has let its parent take the signal first.
 */
static void send_to_many(struct sending *to)
{
    unsigned long s = spin_lock(&proc_table.lock);
    to->from = current()->user != NULL ? current_user()->group : NULL;
    to->start = births;
    to->next = 1;
    list_add_tail(&under_way, &to->link);
    spin_unlock(&proc_table.lock, s);
    for (int from = 1; from != 0;)
        from = proc_visit(from, PROCS_AT_ONCE, send_if_member, to);
    s = spin_lock(&proc_table.lock);
    list_del(&to->link);
    spin_unlock(&proc_table.lock, s);
}

void signal_born(struct group *g, const struct group *parent)
{
    struct sending *to;
    g->born = births++;
    list_for_each_entry(to, &under_way, link) {
        if (parent != NULL && parent->pid >= to->next && is_meant(to, parent) && to->signo != 0)
            signal_send_group(g, to->signo, &to->story);
    }
}

bool signal_before_fork(void)
{
    struct user *u = current_user();
    if (u == NULL)
        return false;
    spin_lock_raw(&u->group->lock);
    signal_recalculate(u);
    spin_unlock_raw(&u->group->lock);
    return proc_killed();
}

static struct sending sending(int signo, int code)
{
    return (struct sending){
        .signo = signo,
        .thread_of = -1,
        .story = { .code = code, .pid = current()->user != NULL ? current_user()->group->pid : 0 },
    };
}

int signal_send(int pid, int signo)
{
    struct sending to = sending(signo, SI_USER);
    if (signo < 0 || signo >= NSIG)
        return -EINVAL;
    int result = proc_with(pid, send_to, &to);
    return result != 0 ? result : to.result;
}

int signal_send_pgrp(int pgid, int signo)
{
    struct sending to = sending(signo, SI_USER);
    if (signo < 0 || signo >= NSIG)
        return -EINVAL;
    to.pgid = pgid;
    send_to_many(&to);
    return to.sent > 0 ? 0 : -ESRCH;
}

int signal_send_to_thread(int group, int pid, int signo)
{
    struct sending to = sending(signo, SI_TKILL);
    if (signo < 0 || signo >= NSIG)
        return -EINVAL;
    to.thread_of = group;
    int result = proc_with(pid, send_to, &to);
    return result != 0 ? result : to.result;
}
