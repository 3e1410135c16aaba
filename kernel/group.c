/* group.c - the threads of a process: how they come together, and how all end. */
#include <kernel/cap.h>
#include <kernel/files.h>
#include <kernel/group.h>
#include <kernel/job.h>
#include <kernel/kassert.h>
#include <kernel/kmalloc.h>
#include <kernel/page.h>
#include <kernel/proc.h>
#include <kernel/sched.h>
#include <kernel/user.h>
#include <lib/string.h>
#include <lib/util.h>
#include <uapi/errno.h>

enum { STACK_USUAL = 8 << 20, PROCS_PER_MIB = 4, PROCS_LEAST = 32 };

/* Half of the memory may be kernel stacks of programs. */
unsigned group_procs_most(void)
{
    uint64_t procs = page_stat().total / (0x100000 / PAGE_SIZE) * PROCS_PER_MIB;
    return (unsigned)max_u64(procs, PROCS_LEAST);
}

/* Of the first process; its children have theirs from it. */
static void usual_limits(struct rlimit *limit)
{
    for (unsigned i = 0; i < RLIM_NLIMITS; i++)
        limit[i] = (struct rlimit){ RLIM_INFINITY, RLIM_INFINITY };
    limit[RLIMIT_STACK].rlim_cur = STACK_USUAL;
    limit[RLIMIT_NOFILE] = (struct rlimit){ FILES_USUAL, FILES_MOST };
    limit[RLIMIT_CORE].rlim_cur = 0;
    limit[RLIMIT_NPROC].rlim_cur = limit[RLIMIT_NPROC].rlim_max = group_procs_most();
}

struct group *group_create(struct group *from)
{
    struct group *g = kmalloc(sizeof(*g));
    if (g == NULL)
        return NULL;
    memset(g, 0, offsetof(struct group, limit));
    g->signals.pending = 0; /* it has no others: what is blocked is a thread's */
    g->actions = 0;
    spin_init(&g->lock, "thread group", RANK_GROUP);
    list_init(&g->threads);
    waitq_init(&g->changed, "thread group");
    group_alarm_init(g);
    atomic_store_explicit(&g->refs, 1, memory_order_relaxed);
    if (from == NULL) {
        usual_limits(g->limit);
        return g;
    }
    unsigned long s = spin_lock(&from->lock);
    g->actions = from->actions;
    memcpy(g->action, from->action, (size_t)from->actions * sizeof(g->action[0]));
    memcpy(g->limit, from->limit, sizeof(g->limit));
    spin_unlock(&from->lock, s);
    return g;
}

const struct sigaction *group_action(const struct group *g, int signo)
{
    static const struct sigaction usual; /* SIG_DFL */
    return signo < g->actions ? &g->action[signo] : &usual;
}

void group_set_action(struct group *g, int signo, const struct sigaction *action)
{
    for (; g->actions <= signo; g->actions++)
        g->action[g->actions] = (struct sigaction){ .sa_handler = SIG_DFL };
    g->action[signo] = *action;
}

void group_put(struct group *g)
{
    if (atomic_fetch_sub_explicit(&g->refs, 1, memory_order_acq_rel) != 1)
        return;
    struct caps *caps = atomic_load_explicit(&g->caps, memory_order_relaxed);
    if (caps != NULL)
        caps_destroy(caps); /* of a process that never began: one that ends has closed them */
    kfree(g);
}

void group_leave(struct group *g, struct user *u)
{
    unsigned long s = spin_lock(&g->lock);
    g->dead_ticks += proc_run_ticks(u->proc);
    list_del(&u->member);
    g->nthreads--;
    spin_unlock(&g->lock, s);
    waitq_wake_all(&g->changed);
}

/* Lock held. All threads but one shall come to the end of their calls, and end. */
static void ask_to_end(struct group *g, const struct user *but)
{
    struct user *u;
    list_for_each_entry(u, &g->threads, member) {
        if (u == but)
            continue;
        u->asked_end = true;
        signal_recalculate(u);
    }
}

void group_end_locked(struct group *g, int status)
{
    if (g->ending)
        return;
    g->ending = true;
    g->status = status;
    job_set_stop(g, 0);
    ask_to_end(g, NULL);
}

void group_end(struct group *g, int status)
{
    unsigned long s = spin_lock(&g->lock);
    group_end_locked(g, status);
    spin_unlock(&g->lock, s);
    waitq_wake_all(&g->changed);
}

int group_end_others(struct group *g)
{
    struct user *me = current_user();
    unsigned long s = spin_lock(&g->lock);
    bool late = g->ending || me->asked_end;
    if (!late) {
        job_set_stop(g, 0);
        ask_to_end(g, me);
    }
    spin_unlock(&g->lock, s);
    if (late)
        return -EINTR;
    waitq_wake_all(&g->changed);
    return 0;
}

bool group_asks_to_end(const struct user *u)
{
    unsigned long s = spin_lock(&u->group->lock);
    bool asked = u->asked_end;
    spin_unlock(&u->group->lock, s);
    return asked;
}

uint64_t group_limit(struct group *g, unsigned which)
{
    unsigned long s = spin_lock(&g->lock);
    uint64_t now = g->limit[which].rlim_cur;
    spin_unlock(&g->lock, s);
    return now;
}
