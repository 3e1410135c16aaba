/*
 * job.c - process groups that nobody looks after: what stops there would never be continued.
 *
 * Who ends is marked first, and then looks whom it leaves alone; who stops has counted itself first, and then
 * looks whether it is alone. The table is walked in pieces, each under its lock, so one of the two sees it.
 */
#include <kernel/group.h>
#include <kernel/job.h>
#include <kernel/proc_table.h>
#include <kernel/signal.h>
#include <kernel/user.h>

/* Processes that have stopped: as long as it is 0 nobody has to be looked for. */
static atomic_uint stopped;

void job_set_stop(struct group *g, int signo)
{
    if (g->stop_signo == 0 && signo != 0)
        atomic_fetch_add_explicit(&stopped, 1, memory_order_relaxed);
    if (g->stop_signo != 0 && signo == 0)
        atomic_fetch_sub_explicit(&stopped, 1, memory_order_relaxed);
    g->stop_signo = signo;
    g->stopping &= signo != 0;
}

static int pgid_of(const struct group *g)
{
    return atomic_load_explicit(&g->pgid, memory_order_relaxed);
}

static int sid_of(const struct group *g)
{
    return atomic_load_explicit(&g->sid, memory_order_relaxed);
}

struct search {
    int pgid;
    const struct group *leaver; /* NULL: nobody in particular */
    bool held;                  /* somebody looks after it */
    bool was_held;              /* the leaver did */
};

/* Table lock held. Does p belong to the process group, and connect it to the rest of its session? */
static void look_at_member(struct proc *p, void *arg)
{
    struct search *search = arg;
    const struct user *u = p->user, *up = p->parent != NULL ? p->parent->user : NULL;
    if (u == NULL || up == NULL || u->group->leader != p || pgid_of(u->group) != search->pgid)
        return;
    if (pgid_of(up->group) == search->pgid || sid_of(up->group) != sid_of(u->group))
        return;
    if (u->group == search->leaver || up->group == search->leaver)
        search->was_held = true;
    else if (!u->group->leaving && !up->group->leaving)
        search->held = true;
}

static void walk(struct search *search)
{
    for (int from = 1; from != 0 && !search->held;)
        from = proc_visit(from, PROCS_AT_ONCE, look_at_member, search);
}

bool job_is_orphaned(const struct group *g)
{
    struct search search = { .pgid = pgid_of(g) };
    walk(&search);
    return !search.held;
}

static void hang_up(int pgid)
{
    signal_send_pgrp(pgid, SIGHUP);
    signal_send_pgrp(pgid, SIGCONT);
}

void job_hang_up(const struct group *g)
{
    hang_up(pgid_of(g));
}

struct stopped {
    int sid, from, pgid; /* pgid: of the first that is found, from that PID on */
};

static void find_stopped(struct proc *p, void *arg)
{
    struct stopped *find = arg;
    const struct user *u = p->user;
    if (find->pgid != 0)
        return;
    find->from = p->pid + 1;
    if (u == NULL || u->group->leader != p || sid_of(u->group) != find->sid)
        return;
    spin_lock_raw(&u->group->lock);
    if (u->group->stop_signo != 0)
        find->pgid = pgid_of(u->group);
    spin_unlock_raw(&u->group->lock);
}

void job_leave(struct group *g)
{
    struct stopped find = { .sid = sid_of(g), .from = 1 };
    unsigned long s = spin_lock(&proc_table.lock);
    g->leaving = true;
    spin_unlock(&proc_table.lock, s);
    while (atomic_load_explicit(&stopped, memory_order_relaxed) > 0) {
        find.pgid = 0;
        while (find.pgid == 0 && proc_visit(find.from, PROCS_AT_ONCE, find_stopped, &find) != 0) {
        }
        if (find.pgid == 0)
            return;
        struct search search = { .pgid = find.pgid, .leaver = g };
        walk(&search);
        if (search.was_held && !search.held)
            hang_up(find.pgid);
    }
}
