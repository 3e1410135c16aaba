/*
 * sys_proc.c - the calls about processes: who they are, to which group and session they belong, what they
 * become.
 */
#include <hal/info.h>
#include <kernel/group.h>
#include <kernel/kmalloc.h>
#include <kernel/proc_table.h>
#include <kernel/sched.h>
#include <kernel/smp.h>
#include <kernel/sys.h>
#include <kernel/uaccess.h>
#include <kernel/user.h>
#include <kernel/user_life.h>
#include <lib/string.h>
#include <lib/util.h>
#include <uapi/errno.h>
#include <uapi/limits.h>
#include <uapi/resource.h>

/* --- Identity: one user, who may do everything ------------------------------------------------------- */

#define ALWAYS_ROOT(name)                     \
    long sys_##name(const unsigned long a[6]) \
    {                                         \
        (void)a;                              \
        return 0;                             \
    }
ALWAYS_ROOT(getuid)
ALWAYS_ROOT(geteuid)
ALWAYS_ROOT(getgid)
ALWAYS_ROOT(getegid)
ALWAYS_ROOT(getuid32)
ALWAYS_ROOT(geteuid32)
ALWAYS_ROOT(getgid32)
ALWAYS_ROOT(getegid32)
/*
 * Robust futexes free a mutex whose owner died: a list that the kernel would walk then. Programs do without.
 */
ALWAYS_ROOT(set_robust_list)

long sys_getpid(const unsigned long a[6])
{
    (void)a;
    return current_user()->group->pid;
}

long sys_gettid(const unsigned long a[6])
{
    (void)a;
    return current()->pid;
}

long sys_getppid(const unsigned long a[6])
{
    (void)a;
    unsigned long s = spin_lock(&proc_table.lock);
    int pid = current_user()->group->leader->parent->pid;
    spin_unlock(&proc_table.lock, s);
    return pid;
}

long sys_set_tid_address(const unsigned long a[6])
{
    current_user()->clear_tid = a[0];
    return current()->pid;
}

long sys_set_thread_area(const unsigned long a[6])
{
    struct user *u = current_user();
    unsigned char desc[32];
    size_t size = hal_info.tls_desc_size;
    if (copy_from_user(desc, a[0], size) != 0)
        return -EFAULT;
    user_unload();
    int result = hal_user_set_tls(u->hal, u->frame, a[0], desc);
    return result != 0 ? result : copy_to_user(a[0], desc, size);
}

/* --- Process groups and sessions ---------------------------------------------------------------------- */

struct move {
    int pgid, caller, caller_sid, result;
};

/* Table lock held. */
static void move_to_group(struct proc *p, void *arg)
{
    struct move *m = arg;
    if (p->user == NULL || p->user->group->leader != p) {
        m->result = -ESRCH;
        return;
    }
    struct group *g = p->user->group;
    bool own = g->pid == m->caller;
    bool child = p->parent->user != NULL && p->parent->user->group->pid == m->caller;
    if (!own && !child)
        m->result = -ESRCH;
    else if (atomic_load_explicit(&g->sid, memory_order_relaxed) != m->caller_sid ||
             atomic_load_explicit(&g->sid, memory_order_relaxed) == g->pid)
        m->result = -EPERM;
    else if (!own && g->did_exec)
        m->result = -EACCES;
    else
        atomic_store_explicit(&g->pgid, m->pgid, memory_order_relaxed);
}

struct search {
    int pgid, sid;
    bool found;
};

static void look_for_group(struct proc *p, void *arg)
{
    struct search *search = arg;
    if (p->user == NULL)
        return;
    struct group *g = p->user->group;
    search->found |= atomic_load_explicit(&g->pgid, memory_order_relaxed) == search->pgid &&
                     atomic_load_explicit(&g->sid, memory_order_relaxed) == search->sid;
}

long sys_setpgid(const unsigned long a[6])
{
    struct group *g = current_user()->group;
    int pid = (int)a[0] != 0 ? (int)a[0] : g->pid;
    struct move m = {
        .pgid = (int)a[1] != 0 ? (int)a[1] : pid,
        .caller = g->pid,
        .caller_sid = atomic_load_explicit(&g->sid, memory_order_relaxed),
    };
    if ((int)a[1] < 0 || (int)a[0] < 0)
        return -EINVAL;
    struct search search = { m.pgid, m.caller_sid, m.pgid == pid };
    if (!search.found)
        proc_for_each(look_for_group, &search);
    if (!search.found)
        return -EPERM;
    int result = proc_with(pid, move_to_group, &m);
    return result != 0 ? result : m.result;
}

struct ids {
    int pgid, sid;
};

static void read_ids(struct proc *p, void *arg)
{
    struct ids *ids = arg;
    if (p->user == NULL)
        return;
    ids->pgid = atomic_load_explicit(&p->user->group->pgid, memory_order_relaxed);
    ids->sid = atomic_load_explicit(&p->user->group->sid, memory_order_relaxed);
}

static int ids_of(int pid, struct ids *ids)
{
    *ids = (struct ids){ 0, 0 };
    return proc_with(pid != 0 ? pid : current()->pid, read_ids, ids);
}

long sys_getpgid(const unsigned long a[6])
{
    struct ids ids;
    int result = ids_of((int)a[0], &ids);
    return result != 0 ? result : ids.pgid;
}

long sys_getpgrp(const unsigned long a[6])
{
    (void)a;
    return atomic_load_explicit(&current_user()->group->pgid, memory_order_relaxed);
}

long sys_getsid(const unsigned long a[6])
{
    struct ids ids;
    int result = ids_of((int)a[0], &ids);
    return result != 0 ? result : ids.sid;
}

long sys_setsid(const unsigned long a[6])
{
    (void)a;
    struct group *g = current_user()->group;
    if (atomic_load_explicit(&g->pgid, memory_order_relaxed) == g->pid)
        return -EPERM;
    unsigned long s = spin_lock(&proc_table.lock); /* nobody is born in between */
    atomic_store_explicit(&g->sid, g->pid, memory_order_relaxed);
    atomic_store_explicit(&g->pgid, g->pid, memory_order_relaxed);
    spin_unlock(&proc_table.lock, s);
    return g->pid;
}

/* --- execve ------------------------------------------------------------------------------------------- */

long sys_execve(const unsigned long a[6])
{
    struct exec_strings argv = { .user = a[1] }, envp = { .user = a[2] };
    char *path = kmalloc(PATH_MAX);
    if (path == NULL)
        return -ENOMEM;
    long result = copy_string_from_user(path, a[0], PATH_MAX);
    if (result >= 0)
        result = exec(path, &argv, &envp);
    kfree(path);
    return result == 0 ? SYSCALL_NO_RESULT : result;
}

/* --- The scheduler ------------------------------------------------------------------------------------ */

long sys_sched_yield(const unsigned long a[6])
{
    (void)a;
    user_unload();
    sched_yield();
    return 0;
}

/* The mask of CPUs is an array of words; all of ours are in the first 32 bits. */
long sys_sched_setaffinity(const unsigned long a[6])
{
    uint32_t mask = 0;
    if (copy_from_user(&mask, a[2], min_size(a[1], sizeof(mask))) != 0)
        return -EFAULT;
    return proc_set_affinity((int)a[0] != 0 ? (int)a[0] : current()->pid, mask);
}

static void read_affinity(struct proc *p, void *mask)
{
    *(unsigned long *)mask = p->affinity & smp_online();
}

long sys_sched_getaffinity(const unsigned long a[6])
{
    unsigned long mask = 0;
    if (a[1] < sizeof(mask) || a[1] % sizeof(mask) != 0)
        return -EINVAL;
    int result = proc_with((int)a[0] != 0 ? (int)a[0] : current()->pid, read_affinity, &mask);
    if (result != 0)
        return result;
    return copy_to_user(a[2], &mask, sizeof(mask)) != 0 ? -EFAULT : (long)sizeof(mask);
}

long sys_getcpu(const unsigned long a[6])
{
    unsigned long s = hal_irq_save();
    unsigned cpu = this_cpu()->index, node = 0;
    hal_irq_restore(s);
    if (a[0] != 0 && copy_to_user(a[0], &cpu, sizeof(cpu)) != 0)
        return -EFAULT;
    return a[1] != 0 ? copy_to_user(a[1], &node, sizeof(node)) : 0;
}

static void read_nice(struct proc *p, void *nice)
{
    *(int *)nice = p->nice;
}

/* Linux returns 20 - nice, so that no result looks like an error. */
long sys_getpriority(const unsigned long a[6])
{
    int nice = 0;
    if ((int)a[0] != PRIO_PROCESS)
        return -EINVAL;
    int result = proc_with((int)a[1] != 0 ? (int)a[1] : current()->pid, read_nice, &nice);
    return result != 0 ? result : 20 - nice;
}

long sys_setpriority(const unsigned long a[6])
{
    int nice = (int)a[2] < NICE_MIN ? NICE_MIN : (int)a[2] > NICE_MAX ? NICE_MAX : (int)a[2];
    if ((int)a[0] != PRIO_PROCESS)
        return -EINVAL;
    return proc_set_nice((int)a[1] != 0 ? (int)a[1] : current()->pid, nice);
}
