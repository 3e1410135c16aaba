/*
 * signal_take.c - taking: a thread on its way to user mode looks what is pending, and does it.
 *
 * Handlers of several signals are stacked: the one set up last runs first.
 */
#include <hal/signal.h>
#include <kernel/aspace.h>
#include <kernel/clock.h>
#include <kernel/exec_stack.h>
#include <kernel/group.h>
#include <kernel/job.h>
#include <kernel/kmalloc.h>
#include <kernel/printk.h>
#include <kernel/proc.h>
#include <kernel/uaccess.h>
#include <kernel/user.h>
#include <kernel/user_life.h>
#include <lib/util.h>
#include <uapi/errno.h>

enum { SHORTAGE_MS = 10, ATTEMPTS = 100 };

/* Signals that come from the thread's own fault are taken first: the program counter is still right. */
#define BITS_OF_FAULTS \
    (signal_bit(SIGSEGV) | signal_bit(SIGBUS) | signal_bit(SIGILL) | signal_bit(SIGFPE) | signal_bit(SIGTRAP))

struct taken {
    int signo;
    struct signal_story story;
    struct sigaction action;
    uint64_t mask; /* what sigreturn restores */
};

static struct siginfo info_of(const struct taken *t)
{
    struct siginfo info = { .si_signo = t->signo, .si_code = t->story.code };
    if (t->story.code > 0 && t->story.code != SI_KERNEL && (signal_bit(t->signo) & BITS_OF_FAULTS)) {
        info.si_addr = (void *)t->story.addr;
    } else {
        info.si_pid = t->story.pid;
        info.si_status = t->story.status;
    }
    return info;
}

static bool on_alternate(const struct sigaltstack *st, uintptr_t sp)
{
    return sp - (uintptr_t)st->ss_sp < st->ss_size;
}

int signal_stack_flags(const struct sigaltstack *st, uintptr_t sp)
{
    if (st->ss_flags & SS_DISABLE)
        return SS_DISABLE;
    return on_alternate(st, sp) ? SS_ONSTACK : 0;
}

/* Where the handler's frame goes: below what is in use, or at the top of the stack given for that. */
static uintptr_t stack_for(struct user *u, const struct taken *t, const struct hal_frame *f)
{
    const struct sigaltstack *st = &u->signals.stack;
    uintptr_t sp = hal_frame_sp(f);
    bool change = (t->action.sa_flags & SA_ONSTACK) && signal_stack_flags(st, sp) == 0;
    return change ? (uintptr_t)st->ss_sp + st->ss_size : sp;
}

void *signal_frame_room(void)
{
    void *buf;
    while ((buf = kmalloc(HAL_SIGFRAME_MOST)) == NULL && current_user()->group->pid == 1)
        sleep_ms(SHORTAGE_MS); /* without PID 1 the machine is of no use */
    return buf;
}

/* -EFAULT or -ENOMEM: there is no place for the frame. */
static int call_handler(struct user *u, const struct taken *t, struct hal_frame *f)
{
    void *buf = signal_frame_room();
    if (buf == NULL)
        return -ENOMEM;
    struct siginfo info = info_of(t);
    struct sigaltstack stack = u->signals.stack;
    stack.ss_flags = signal_stack_flags(&stack, hal_frame_sp(f));
    struct hal_handler h = {
        .signo = t->signo,
        .pc = (uintptr_t)t->action.sa_handler,
        .restorer = sigaction_restorer(&t->action),
        .rt = (t->action.sa_flags & SA_SIGINFO) != 0,
        .mask = t->mask,
        .info = &info,
        .stack = &stack,
    };
    if (h.restorer == 0) {
        h.restorer = exec_signal_code();
        h.rt = true; /* the frame that this code returns from */
    }
    uintptr_t at;
    user_unload();
    size_t size = hal_signal_push(buf, stack_for(u, t, f), &at, &h, f, u->hal);
    int result = copy_to_user(at, buf, size);
    for (unsigned i = 0; i < ATTEMPTS && result != 0 && u->group->pid == 1; i++) {
        sleep_ms(SHORTAGE_MS);
        result = copy_to_user(at, buf, size);
    }
    kfree(buf);
    return result;
}

/* Lock held. Which pending signal is next; 0: there is none. */
static int next_one(const struct user *u)
{
    uint64_t pending = (u->signals.pending | u->group->signals.pending) & ~u->signals.blocked;
    if (pending & BITS_OF_FAULTS)
        pending &= BITS_OF_FAULTS;
    return pending != 0 ? signal_first(pending) : 0;
}

/* Lock held. Takes it, or false. What it does to the masks is done. */
static bool take_one(struct user *u, struct taken *t)
{
    struct group *g = u->group;
    t->signo = next_one(u);
    if (t->signo == 0)
        return false;
    struct signals *from = u->signals.pending & signal_bit(t->signo) ? &u->signals : &g->signals;
    from->pending &= ~signal_bit(t->signo);
    t->story = from->story[t->signo];
    t->action = *group_action(g, t->signo);
    t->mask = u->signals.restore ? u->signals.saved : u->signals.blocked;
    return true;
}

/* Lock held. The handler is going to be called: what is blocked while it runs. */
static void enter_handler(struct user *u, const struct taken *t)
{
    u->signals.restore = false;
    u->signals.blocked |= t->action.sa_mask;
    if ((t->action.sa_flags & SA_NODEFER) == 0)
        u->signals.blocked |= signal_bit(t->signo);
    u->signals.blocked &= ~SIGNALS_HARD;
    if (t->action.sa_flags & SA_RESETHAND)
        u->group->action[t->signo].sa_handler = SIG_DFL; /* it is in there: it had a handler */
}

/* Lock held. All threads of the group stop, as they come here. */
static void stop_all(struct group *g, int signo)
{
    struct user *u;
    job_set_stop(g, signo);
    g->news = NEWS_STOPPED;
    list_for_each_entry(u, &g->threads, member)
        signal_recalculate(u);
}

static bool goes_on(struct user *u)
{
    struct group *g = u->group;
    unsigned long s = spin_lock(&g->lock);
    bool result = g->stop_signo == 0 || u->asked_end || g->ending;
    spin_unlock(&g->lock, s);
    return result;
}

/* Until a SIGCONT. The first to come out tells the parent. */
static void stand_still(struct user *u)
{
    struct group *g = u->group;
    wait_event(&g->changed, goes_on(u));
    unsigned long s = spin_lock(&g->lock);
    bool tell = g->news == NEWS_CONTINUED && u->proc == g->leader;
    spin_unlock(&g->lock, s);
    if (tell)
        group_tell_parent(g, CLD_CONTINUED, SIGCONT);
}

/*
 * No lock held; it was taken with `stopping` set. Who is in a group that nobody looks after would stop for
 * ever: the terminal cannot do that to him. The group may become one just now: then it is told here, or by
 * who left it, who looks for groups that have stopped.
 */
static void stop(struct group *g, int signo)
{
    bool orphaned = job_is_orphaned(g);
    if (orphaned && signo != SIGSTOP)
        return;
    unsigned long s = spin_lock(&g->lock);
    bool late = !g->stopping; /* a SIGCONT has come in between */
    if (!late)
        stop_all(g, signo);
    spin_unlock(&g->lock, s);
    if (late)
        return;
    group_tell_parent(g, CLD_STOPPED, signo);
    if (!orphaned && job_is_orphaned(g))
        job_hang_up(g);
}

/* Its call was interrupted: is it made again, or has it failed? */
static void settle_call(struct user *u, struct hal_frame *f, bool make_again)
{
    if (!u->again)
        return;
    u->again = false;
    if (make_again)
        hal_frame_call_again(f);
    else
        hal_frame_set_result(f, -EINTR);
}

/* Lock held; lets it go. Does what t's action says. */
static void act(struct user *u, const struct taken *t, struct hal_frame *f, unsigned long s)
{
    struct group *g = u->group;
    void (*handler)(int) = t->action.sa_handler;
    if (signal_dropped(g, t->signo)) {
        spin_unlock(&g->lock, s);
    } else if (handler != SIG_DFL && (signal_bit(t->signo) & SIGNALS_HARD) == 0) {
        enter_handler(u, t);
        spin_unlock(&g->lock, s);
        settle_call(u, f, t->action.sa_flags & SA_RESTART);
        if (call_handler(u, t, f) != 0) {
            printk(KERN_WARN "%s (PID %d): no room for a handler's frame at %#lx\n", u->proc->name,
                   u->proc->pid, (unsigned long)hal_frame_sp(f));
            group_end(g, SIGSEGV);
        }
    } else if (signal_default(t->signo) == SIGNAL_STOPS) {
        g->stopping = true;
        spin_unlock(&g->lock, s);
        stop(g, t->signo);
    } else {
        spin_unlock(&g->lock, s);
        group_end(g, t->signo);
    }
}

void signal_take(struct hal_frame *f)
{
    struct user *u = current_user();
    struct group *g = u->group;
    for (;;) {
        struct taken t;
        unsigned long s = spin_lock(&g->lock);
        if (u->asked_end || g->ending) {
            spin_unlock(&g->lock, s);
            user_exit();
            continue;
        }
        if (g->stop_signo != 0) {
            spin_unlock(&g->lock, s);
            stand_still(u);
        } else if (take_one(u, &t)) {
            act(u, &t, f, s);
        } else {
            if (u->signals.restore)
                u->signals.blocked = u->signals.saved;
            bool restored = u->signals.restore;
            u->signals.restore = false;
            signal_recalculate(u);
            spin_unlock(&g->lock, s);
            if (restored)
                continue;
            settle_call(u, f, true);
            return;
        }
    }
}

/* Lock held. Does it neither end the program nor run a handler? */
static bool only_stops(const struct group *g, int signo)
{
    void (*handler)(int) = group_action(g, signo)->sa_handler;
    return signo == SIGSTOP || signal_dropped(g, signo) ||
           (handler == SIG_DFL && signal_default(signo) == SIGNAL_STOPS);
}

bool signal_pass(void)
{
    struct user *u = current_user();
    if (u == NULL)
        return false;
    struct group *g = u->group;
    for (;;) {
        struct taken t;
        unsigned long s = spin_lock(&g->lock);
        bool stopped = g->stop_signo != 0;
        int signo = next_one(u);
        if (u->asked_end || g->ending || (!stopped && signo != 0 && !only_stops(g, signo))) {
            spin_unlock(&g->lock, s);
            return false;
        }
        if (stopped) {
            spin_unlock(&g->lock, s);
            stand_still(u);
        } else if (take_one(u, &t)) {
            act(u, &t, u->frame, s);
        } else {
            signal_recalculate(u);
            spin_unlock(&g->lock, s);
            return true;
        }
    }
}
