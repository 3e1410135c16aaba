/*
 * user_exit.c - the end of a thread, and of a process with its last one; and what its parent hears of it.
 *
 * The leader outlives all others: as long as it is there, the process has its PID.
 */
#include <kernel/aspace.h>
#include <kernel/cap.h>
#include <kernel/file.h>
#include <kernel/futex.h>
#include <kernel/group.h>
#include <kernel/job.h>
#include <kernel/path.h>
#include <kernel/proc_table.h>
#include <kernel/sched.h>
#include <kernel/sys.h>
#include <kernel/tty.h>
#include <kernel/uaccess.h>
#include <kernel/user.h>
#include <kernel/user_life.h>
#include <uapi/errno.h>
#include <uapi/wait.h>

enum { CODE_MASK = 0xff, CODE_SHIFT = 8 };

/* --- The parent ------------------------------------------------------------------------------------ */

/* A stop, or the end of one, need not be told with a signal. */
static bool wants_to_hear(struct group *parent, int code)
{
    unsigned long s = spin_lock(&parent->lock);
    bool quiet = group_action(parent, SIGCHLD)->sa_flags & SA_NOCLDSTOP;
    spin_unlock(&parent->lock, s);
    return !quiet || (code != CLD_STOPPED && code != CLD_CONTINUED);
}

/* Table lock held. */
static void tell(struct group *parent, const struct proc *child, int code, int status)
{
    struct signal_story story = { .code = code, .pid = child->pid, .status = status };
    if (wants_to_hear(parent, code))
        signal_send_group(parent, SIGCHLD, &story);
    waitq_wake_all(&parent->changed);
}

void group_tell_parent(struct group *g, int code, int status)
{
    unsigned long s = spin_lock(&proc_table.lock);
    struct proc *parent = g->leader->parent;
    if (parent->user != NULL)
        tell(parent->user->group, g->leader, code, status);
    spin_unlock(&proc_table.lock, s);
}

void group_child_ended(struct group *parent, const struct proc *child)
{
    int status = child->exit_code;
    if (child->user != NULL && child->user->group == parent)
        waitq_wake_all(&parent->changed); /* a thread: nobody else hears of it */
    else if (WIFEXITED(status))
        tell(parent, child, CLD_EXITED, WEXITSTATUS(status));
    else
        tell(parent, child, CLD_KILLED, WTERMSIG(status));
}

void group_disown(struct proc *p, struct proc *heir)
{
    struct user *parent = p->parent->user;
    if (parent == NULL || p->parent == heir || (p->user != NULL && p->user->group == parent->group))
        return;
    struct group *g = parent->group;
    spin_lock_raw(&g->lock);
    const struct sigaction *sa = group_action(g, SIGCHLD);
    bool unwanted = sa->sa_handler == SIG_IGN || (sa->sa_flags & SA_NOCLDWAIT);
    spin_unlock_raw(&g->lock);
    if (!unwanted)
        return;
    list_del(&p->sibling);
    p->parent = heir;
    list_add_tail(&heir->children, &p->sibling);
    waitq_wake_all(&g->changed); /* it may have been the last that somebody waits for */
}

/* --- Threads of a group that have ended -------------------------------------------------------------- */

static bool is_thread(const struct proc *p, const struct proc *leader)
{
    return p->user != NULL && p != leader && p->user->group == leader->user->group;
}

/* Buries one. False: there is none that has ended; *living: but one that has not. */
static bool bury_thread(struct proc *leader, bool *living)
{
    struct proc *p;
    unsigned long s = spin_lock(&proc_table.lock);
    list_for_each_entry(p, &leader->zombies, sibling) {
        if (is_thread(p, leader)) {
            proc_bury(p, NULL, s);
            return true;
        }
    }
    *living = false;
    list_for_each_entry(p, &leader->children, sibling)
        *living |= is_thread(p, leader);
    spin_unlock(&proc_table.lock, s);
    return false;
}

void group_bury_threads(void)
{
    struct group *g = current_user()->group;
    bool living;
    while (bury_thread(g->leader, &living)) {
    }
}

/* The last of them is gone, stack and all. */
static bool all_buried(struct proc *leader)
{
    bool living;
    while (bury_thread(leader, &living)) {
    }
    return !living;
}

void group_wait_threads(void)
{
    struct proc *me = current();
    wait_event(&me->user->group->changed, all_buried(me));
}

/* --- The end ---------------------------------------------------------------------------------------- */

/* A thread that waits for this one sees a 0 where its PID was. */
static void clear_tid(struct user *u)
{
    uint32_t none = 0;
    if (u->clear_tid != 0 && copy_to_user(u->clear_tid, &none, sizeof(none)) == 0)
        futex_wake(u->as, u->clear_tid, 1);
}

/* Nobody else of the group is left: what it may do ends now, and not when its parent has heard of it. */
static void close_caps(struct group *g)
{
    struct caps *caps = atomic_exchange_explicit(&g->caps, NULL, memory_order_acq_rel);
    if (caps != NULL)
        caps_destroy(caps);
}

/* What the thread has besides its stack. */
static void give_back(struct user *u)
{
    struct files *files = u->files;
    struct fs *fs = u->fs;
    endpoint_forget(u);
    clear_tid(u);
    user_set_aspace(u, NULL);
    unsigned long s = spin_lock(&u->group->lock);
    u->files = NULL;
    u->fs = NULL;
    spin_unlock(&u->group->lock, s);
    files_put(files);
    fs_put(fs);
}

static int group_status(struct group *g, int own)
{
    unsigned long s = spin_lock(&g->lock);
    int status = g->ending ? g->status : own;
    spin_unlock(&g->lock, s);
    return status;
}

/* It takes no more signals: those of the process are for the threads that go on. */
static void refuse_signals(struct user *me)
{
    struct user *u;
    unsigned long s = spin_lock(&me->group->lock);
    me->signals.blocked = ~(uint64_t)0;
    list_for_each_entry(u, &me->group->threads, member)
        signal_recalculate(u);
    spin_unlock(&me->group->lock, s);
}

static void end(int status)
{
    struct user *u = current_user();
    struct group *g = u->group;
    bool leads = u->proc == g->leader;
    refuse_signals(u);
    if (leads) {
        group_wait_threads();
        if (exec_inherit(u))
            return;
    }
    give_back(u);
    if (leads)
        close_caps(g);
    group_leave(g, u);
    if (leads) {
        job_leave(g);
        group_alarm_end(g);
        if (g->pid == atomic_load_explicit(&g->sid, memory_order_relaxed))
            tty_end_session(g->pid);
        status = group_status(g, status);
    }
    proc_exit(status);
}

void user_exit(void)
{
    end(current_user()->group->status);
}

void user_exit_thread(int code)
{
    end((code & CODE_MASK) << CODE_SHIFT);
}

long sys_exit(const unsigned long a[6])
{
    user_exit_thread((int)a[0]);
    return SYSCALL_NO_RESULT;
}

long sys_exit_group(const unsigned long a[6])
{
    group_end(current_user()->group, ((int)a[0] & CODE_MASK) << CODE_SHIFT);
    user_exit();
    return SYSCALL_NO_RESULT;
}
