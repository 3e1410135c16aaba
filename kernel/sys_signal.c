/* sys_signal.c - the calls about signals. */
#include <hal/info.h>
#include <hal/signal.h>
#include <kernel/clock.h>
#include <kernel/group.h>
#include <kernel/kmalloc.h>
#include <kernel/printk.h>
#include <kernel/proc.h>
#include <kernel/sched.h>
#include <kernel/sys.h>
#include <kernel/uaccess.h>
#include <kernel/user.h>
#include <kernel/user_time.h>
#include <kernel/waitq_hand.h>
#include <uapi/errno.h>

enum { SET_SIZE = sizeof(uint64_t) };

long sys_kill(const unsigned long a[6])
{
    int pid = (int)a[0], signo = (int)a[1];
    if (pid > 0)
        return signal_send(pid, signo);
    if (pid == 0)
        return signal_send_pgrp(atomic_load_explicit(&current_user()->group->pgid, memory_order_relaxed),
                                signo);
    return pid == INT32_MIN ? -ESRCH : signal_send_pgrp(pid == -1 ? -1 : -pid, signo);
}

long sys_tkill(const unsigned long a[6])
{
    return (int)a[0] <= 0 ? -EINVAL : signal_send_to_thread(0, (int)a[0], (int)a[1]);
}

long sys_tgkill(const unsigned long a[6])
{
    return (int)a[0] <= 0 || (int)a[1] <= 0 ? -EINVAL
                                            : signal_send_to_thread((int)a[0], (int)a[1], (int)a[2]);
}

/* What is ignored from now on is forgotten, if it is pending. */
static void set_action(struct group *g, int signo, const struct sigaction *new)
{
    struct user *u;
    struct sigaction action = *new;
    action.sa_mask &= ~SIGNALS_HARD;
    group_set_action(g, signo, &action);
    if (!signal_dropped(g, signo))
        return;
    g->signals.pending &= ~signal_bit(signo);
    list_for_each_entry(u, &g->threads, member)
        u->signals.pending &= ~signal_bit(signo);
}

long sys_rt_sigaction(const unsigned long a[6])
{
    struct group *g = current_user()->group;
    struct sigaction new, old;
    int signo = (int)a[0];
    if (a[3] != SET_SIZE || signo <= 0 || signo >= NSIG)
        return -EINVAL;
    if (a[1] != 0 && (signal_bit(signo) & SIGNALS_HARD))
        return -EINVAL;
    if (a[1] != 0 && copy_from_user(&new, a[1], sizeof(new)) != 0)
        return -EFAULT;
    unsigned long s = spin_lock(&g->lock);
    old = *group_action(g, signo);
    if (a[1] != 0)
        set_action(g, signo, &new);
    spin_unlock(&g->lock, s);
    return a[2] != 0 ? copy_to_user(a[2], &old, sizeof(old)) : 0;
}

static void set_blocked(struct user *u, uint64_t mask)
{
    unsigned long s = spin_lock(&u->group->lock);
    u->signals.blocked = mask & ~SIGNALS_HARD;
    signal_recalculate(u);
    spin_unlock(&u->group->lock, s);
}

long sys_rt_sigprocmask(const unsigned long a[6])
{
    struct user *u = current_user();
    uint64_t set, old = u->signals.blocked; /* its own: nobody else writes it */
    if (a[3] != SET_SIZE)
        return -EINVAL;
    if (a[1] != 0) {
        if (copy_from_user(&set, a[1], sizeof(set)) != 0)
            return -EFAULT;
        if ((int)a[0] == SIG_BLOCK)
            set_blocked(u, old | set);
        else if ((int)a[0] == SIG_UNBLOCK)
            set_blocked(u, old & ~set);
        else if ((int)a[0] == SIG_SETMASK)
            set_blocked(u, set);
        else
            return -EINVAL;
    }
    return a[2] != 0 ? copy_to_user(a[2], &old, sizeof(old)) : 0;
}

long sys_rt_sigpending(const unsigned long a[6])
{
    struct user *u = current_user();
    unsigned long s = spin_lock(&u->group->lock);
    uint64_t set = (u->signals.pending | u->group->signals.pending) & u->signals.blocked;
    spin_unlock(&u->group->lock, s);
    return a[1] != SET_SIZE ? -EINVAL : copy_to_user(a[0], &set, sizeof(set));
}

/* Sleeps until there is a signal to take; then that mask is the thread's again. */
static long suspend(uint64_t mask)
{
    signal_mask(mask);
    sched_prepare();
    while (!proc_killed() || signal_pass()) {
        if (!proc_killed())
            sched_sleep();
    }
    signal_unmask(true);
    return -EINTR;
}

long sys_rt_sigsuspend(const unsigned long a[6])
{
    uint64_t mask;
    if (a[1] != SET_SIZE)
        return -EINVAL;
    return copy_from_user(&mask, a[0], sizeof(mask)) != 0 ? -EFAULT : suspend(mask);
}

long sys_pause(const unsigned long a[6])
{
    (void)a;
    return suspend(current_user()->signals.blocked);
}

/* One of `set`, which the caller has blocked, is taken without a handler. 0: none is pending. */
static int take_of(struct user *u, uint64_t set, struct siginfo *info)
{
    struct group *g = u->group;
    unsigned long s = spin_lock(&g->lock);
    uint64_t pending = (u->signals.pending | g->signals.pending) & set;
    int signo = pending != 0 ? signal_first(pending) : 0;
    if (signo != 0) {
        struct signals *from = u->signals.pending & signal_bit(signo) ? &u->signals : &g->signals;
        from->pending &= ~signal_bit(signo);
        *info = (struct siginfo){ .si_signo = signo, .si_code = from->story[signo].code };
        info->si_pid = from->story[signo].pid;
        info->si_status = from->story[signo].status;
        signal_recalculate(u);
    }
    spin_unlock(&g->lock, s);
    return signo;
}

long sys_rt_sigtimedwait(const unsigned long a[6])
{
    struct user *u = current_user();
    uint64_t set, ns, when = WAIT_FOR_EVER, blocked = u->signals.blocked;
    struct siginfo info;
    struct timeout alarm;
    int signo;
    if (a[3] != SET_SIZE)
        return -EINVAL;
    if (copy_from_user(&set, a[0], sizeof(set)) != 0)
        return -EFAULT;
    if (a[2] != 0) {
        int result = user_time_get(a[2], false, &ns);
        if (result != 0)
            return result;
        when = clock_in_ns(ns);
    }
    set &= ~SIGNALS_HARD;
    sched_prepare();
    waitq_alarm_start(&alarm, when);
    set_blocked(u, blocked & ~set); /* so that they wake us */
    while ((signo = take_of(u, set, &info)) == 0 && !proc_killed() && hal_timer_now() < when)
        sched_sleep();
    waitq_alarm_stop(&alarm, when);
    set_blocked(u, blocked);
    if (signo == 0)
        return proc_killed() ? -EINTR : -EAGAIN;
    return a[1] != 0 && copy_to_user(a[1], &info, sizeof(info)) != 0 ? -EFAULT : signo;
}

long sys_sigaltstack(const unsigned long a[6])
{
    struct user *u = current_user();
    uintptr_t sp = hal_frame_sp(u->frame);
    struct sigaltstack new, old = u->signals.stack;
    old.ss_flags = signal_stack_flags(&old, sp);
    if (a[0] != 0) {
        if (copy_from_user(&new, a[0], sizeof(new)) != 0)
            return -EFAULT;
        if (old.ss_flags & SS_ONSTACK)
            return -EPERM;
        if (new.ss_flags & ~(SS_DISABLE | SS_ONSTACK))
            return -EINVAL;
        if ((new.ss_flags &SS_DISABLE) == 0 && new.ss_size < MINSIGSTKSZ)
            return -ENOMEM;
        u->signals.stack = new;
    }
    return a[1] != 0 ? copy_to_user(a[1], &old, sizeof(old)) : 0;
}

/* Back to what a handler interrupted, as its frame says; as far as a program may say it. */
static long sigreturn(bool rt)
{
    struct user *u = current_user();
    struct hal_frame *f = u->frame;
    size_t size;
    uint64_t mask;
    struct sigaltstack stack;
    uintptr_t at = hal_signal_frame(f, rt, &size);
    void *buf = signal_frame_room();
    const char *fault = buf == NULL ? "no memory for" : "not";
    bool good = buf != NULL && copy_from_user(buf, at, size) == 0;
    if (good) {
        user_unload();
        stack = u->signals.stack;
        good = hal_signal_pop(buf, rt, f, u->hal, &mask, &stack) == 0;
    }
    kfree(buf);
    if (!good) {
        printk(KERN_WARN "%s (PID %d): %s the frame of a handler at %#lx\n", u->proc->name, u->proc->pid,
               fault, (unsigned long)at);
        group_end(u->group, SIGSEGV); /* as Linux: it is past help */
        return SYSCALL_NO_RESULT;
    }
    if ((stack.ss_flags & ~(SS_DISABLE | SS_ONSTACK)) == 0 && (stack.ss_flags & SS_ONSTACK) == 0)
        u->signals.stack = stack;
    set_blocked(u, mask);
    return SYSCALL_NO_RESULT;
}

long sys_rt_sigreturn(const unsigned long a[6])
{
    (void)a;
    return sigreturn(true);
}

long sys_sigreturn(const unsigned long a[6])
{
    (void)a;
    return sigreturn(false);
}
