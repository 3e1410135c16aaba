/*
 * sys_wait.c - wait4() and its relatives: children that ended, stopped or go on.
 *
 * Children are those of the process, whichever of its threads made them: all hang at the leader.
 */
#include <kernel/clock.h>
#include <kernel/group.h>
#include <kernel/proc_table.h>
#include <kernel/sched.h>
#include <kernel/sys.h>
#include <kernel/uaccess.h>
#include <kernel/user.h>
#include <kernel/user_life.h>
#include <kernel/user_time.h>
#include <uapi/errno.h>
#include <uapi/resource.h>
#include <uapi/wait.h>

enum { CONTINUED = 0xffff, STOPPED = 0x7f };

struct wish {
    int type; /* P_ALL, P_PID, P_PGID */
    int id;
    int options; /* WEXITED, WSTOPPED, WCONTINUED, WNOHANG, WNOWAIT */
};

struct found {
    int pid; /* 0: nobody yet */
    int status;
    uint64_t ticks; /* CPU time, its children's included */
};

/* Table lock held. */
static bool matches(const struct proc *p, const struct proc *leader, const struct wish *w)
{
    if (p->user != NULL && p->user->group == leader->user->group)
        return false; /* a thread of our own */
    if (w->type == P_PID)
        return p->pid == w->id;
    if (w->type == P_PGID)
        return p->user != NULL && atomic_load_explicit(&p->user->group->pgid, memory_order_relaxed) == w->id;
    return true;
}

/* Table lock held. Has the child, which lives, stopped or gone on, and nobody has been told? */
static bool has_news(struct proc *p, const struct wish *w, struct found *found)
{
    struct group *g = p->user->group;
    spin_lock_raw(&g->lock);
    enum group_news news = g->news;
    bool told = (news == NEWS_STOPPED && (w->options & WSTOPPED)) ||
                (news == NEWS_CONTINUED && (w->options & WCONTINUED));
    if (told) {
        found->pid = p->pid;
        found->status = news == NEWS_STOPPED ? g->stop_signo << 8 | STOPPED : CONTINUED;
        if ((w->options & WNOWAIT) == 0)
            g->news = NEWS_NONE;
    }
    spin_unlock_raw(&g->lock);
    return told;
}

static uint64_t ticks_of(struct proc *p)
{
    uint64_t ticks = proc_run_ticks(p);
    return p->user == NULL ? ticks : ticks + p->user->group->dead_ticks + p->user->group->children_ticks;
}

/* 0: *found says who, or that there is nobody yet; -ECHILD: there is no such child. */
static int look(const struct wish *w, struct found *found)
{
    struct group *g = current_user()->group;
    struct proc *p, *leader = g->leader;
    bool any = false;
    *found = (struct found){ .pid = 0 };
    unsigned long s = spin_lock(&proc_table.lock);
    list_for_each_entry(p, &leader->zombies, sibling) {
        if (!matches(p, leader, w))
            continue;
        any = true;
        if ((w->options & WEXITED) == 0)
            continue;
        *found = (struct found){ p->pid, p->exit_code, ticks_of(p) };
        if (w->options & WNOWAIT)
            break;
        spin_lock_raw(&g->lock);
        g->children_ticks += found->ticks;
        spin_unlock_raw(&g->lock);
        proc_bury(p, NULL, s);
        return 0;
    }
    if (found->pid == 0) {
        list_for_each_entry(p, &leader->children, sibling) {
            if (p->user == NULL || !matches(p, leader, w))
                continue; /* a thread of the kernel, which PID 1 has: some of them never end */
            any = true;
            if (has_news(p, w, found))
                break;
        }
    }
    spin_unlock(&proc_table.lock, s);
    return any ? 0 : -ECHILD;
}

/* 0, -ECHILD, or -EINTR. */
static int wait_for(const struct wish *w, struct found *found)
{
    struct group *g = current_user()->group;
    int result;
    int interrupted = wait_event_killable(&g->changed, (result = look(w, found)) != 0 || found->pid != 0 ||
                                                           (w->options & WNOHANG));
    return interrupted != 0 ? interrupted : result;
}

static struct rusage usage(uint64_t ticks)
{
    return (struct rusage){ .ru_utime = user_time_val(clock_ns_from_ticks(ticks)) };
}

static long wait4(int pid, uintptr_t status, int options, uintptr_t rusage)
{
    enum { KNOWN = WNOHANG | WUNTRACED | WCONTINUED };
    struct wish w = { P_PID, pid, (options & KNOWN) | WEXITED };
    struct found found;
    if (options & ~(KNOWN | (int)0xe0000000)) /* __WNOTHREAD, __WALL, __WCLONE of Linux: nothing here */
        return -EINVAL;
    if (pid == -1)
        w.type = P_ALL;
    else if (pid <= 0)
        w.type = P_PGID;
    if (pid == 0)
        w.id = atomic_load_explicit(&current_user()->group->pgid, memory_order_relaxed);
    else if (pid < 0)
        w.id = -pid;
    int result = wait_for(&w, &found);
    if (result != 0 || found.pid == 0)
        return result;
    struct rusage r = usage(found.ticks);
    if (status != 0 && copy_to_user(status, &found.status, sizeof(found.status)) != 0)
        return -EFAULT;
    return rusage != 0 && copy_to_user(rusage, &r, sizeof(r)) != 0 ? -EFAULT : found.pid;
}

long sys_wait4(const unsigned long a[6])
{
    return wait4((int)a[0], a[1], (int)a[2], a[3]);
}

long sys_waitpid(const unsigned long a[6])
{
    return wait4((int)a[0], a[1], (int)a[2], 0);
}

static struct siginfo info_of(const struct found *found)
{
    struct siginfo info = { .si_signo = SIGCHLD, .si_pid = found->pid };
    if (found->status == CONTINUED) {
        info.si_code = CLD_CONTINUED;
        info.si_status = SIGCONT;
    } else if (WIFSTOPPED(found->status)) {
        info.si_code = CLD_STOPPED;
        info.si_status = WSTOPSIG(found->status);
    } else {
        info.si_code = WIFEXITED(found->status) ? CLD_EXITED : CLD_KILLED;
        info.si_status = WIFEXITED(found->status) ? WEXITSTATUS(found->status) : WTERMSIG(found->status);
    }
    return info;
}

long sys_waitid(const unsigned long a[6])
{
    struct wish w = { (int)a[0], (int)a[1], (int)a[3] };
    struct found found;
    if (w.type < P_ALL || w.type > P_PGID || (w.options & (WEXITED | WSTOPPED | WCONTINUED)) == 0)
        return -EINVAL;
    if (w.type == P_PGID && w.id == 0)
        w.id = atomic_load_explicit(&current_user()->group->pgid, memory_order_relaxed);
    int result = wait_for(&w, &found);
    if (result != 0)
        return result;
    struct siginfo info = { .si_signo = 0 };
    struct rusage r = usage(found.ticks);
    if (found.pid != 0)
        info = info_of(&found);
    if (a[2] != 0 && copy_to_user(a[2], &info, sizeof(info)) != 0)
        return -EFAULT;
    return a[4] != 0 && copy_to_user(a[4], &r, sizeof(r)) != 0 ? -EFAULT : 0;
}
