/* procfs_text.c - the texts in /proc, as proc(5) of Linux describes them. */
#include <hal/info.h>
#include <kernel/aspace.h>
#include <kernel/clock.h>
#include <kernel/group.h>
#include <kernel/main.h>
#include <kernel/page.h>
#include <kernel/procfs_text.h>
#include <kernel/sched.h>
#include <kernel/smp.h>
#include <kernel/tty.h>
#include <kernel/user.h>
#include <lib/fmt.h>
#include <lib/list.h>
#include <lib/ratio.h>
#include <lib/string.h>
#include <uapi/errno.h>

enum { NS_PER_TICK = 10000000, TICKS_PER_SECOND = 100, VISIT_MOST = 64, PRIORITY_OF_NICE_0 = 20 };

void proc_text_put(struct proc_text *t, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    size_t room = t->size - t->len;
    int n = fmt_vsnprintf(t->to + t->len, room, fmt, ap);
    va_end(ap);
    if (n > 0)
        t->len += (size_t)n < room ? (size_t)n : room - 1;
}

/* Hundredths of a second, as programs count time. */
static uint64_t user_ticks(uint64_t counter_ticks)
{
    return div_u64(clock_ns_from_ticks(counter_ticks), NS_PER_TICK, NULL);
}

static size_t kib(size_t pages)
{
    return pages * (PAGE_SIZE / 1024);
}

/* How long a CPU had nothing to do. */
static uint64_t idle_ticks(unsigned cpu)
{
    return proc_run_ticks(cpus[cpu].rq.idle);
}

static void put_seconds(struct proc_text *t, uint64_t hundredths, char end)
{
    uint32_t rest;
    uint64_t seconds = div_u64(hundredths, TICKS_PER_SECOND, &rest);
    proc_text_put(t, "%llu.%02u%c", (unsigned long long)seconds, rest, end);
}

int proc_text_uptime(struct proc_text *t, int pid)
{
    uint64_t idle = 0;
    (void)pid;
    for (unsigned i = 0; i < smp_count(); i++)
        idle += idle_ticks(i);
    put_seconds(t, div_u64(clock_uptime_ns(), NS_PER_TICK, NULL), ' ');
    put_seconds(t, user_ticks(idle), '\n');
    return 0;
}

static unsigned running(void)
{
    unsigned n = 0;
    for (unsigned i = 0; i < smp_count(); i++)
        n += atomic_load_explicit(&cpus[i].rq.nrunning, memory_order_relaxed);
    return n;
}

struct latest {
    int pid;
    unsigned count;
};

static void note_latest(struct proc *p, void *arg)
{
    struct latest *l = arg;
    l->count++;
    if (p->pid > l->pid)
        l->pid = p->pid;
}

/* No averages are kept: who runs or could run just now stands for all three. */
int proc_text_loadavg(struct proc_text *t, int pid)
{
    struct latest l = { .pid = 0 };
    unsigned n = running();
    (void)pid;
    proc_for_each(note_latest, &l);
    proc_text_put(t, "%u.00 %u.00 %u.00 %u/%u %d\n", n, n, n, n, l.count, l.pid);
    return 0;
}

static void put_cpu(struct proc_text *t, uint64_t busy, uint64_t idle)
{
    proc_text_put(t, " %llu 0 0 %llu 0 0 0 0 0 0\n", (unsigned long long)busy, (unsigned long long)idle);
}

int proc_text_machine_stat(struct proc_text *t, int pid)
{
    uint64_t all = div_u64(clock_uptime_ns(), NS_PER_TICK, NULL), idle_sum = 0, busy_sum = 0;
    (void)pid;
    for (int sum = 1; sum >= 0; sum--) {
        for (unsigned i = 0; i < smp_count(); i++) {
            uint64_t idle = user_ticks(idle_ticks(i)), busy = idle < all ? all - idle : 0;
            idle_sum += idle;
            busy_sum += busy;
            if (sum == 0) {
                proc_text_put(t, "cpu%u", i);
                put_cpu(t, busy, idle);
            }
        }
        if (sum == 1) {
            proc_text_put(t, "cpu ");
            put_cpu(t, busy_sum, idle_sum);
        }
    }
    proc_text_put(t, "ctxt %lu\nprocs_running %u\n", proc_switches(), running());
    return 0;
}

int proc_text_version(struct proc_text *t, int pid)
{
    (void)pid;
    proc_text_put(t, "Triptych version %s (%s/%s)\n", TRIPTYCH_VERSION, hal_info.arch, hal_info.board);
    return 0;
}

/* What there is to know of a process, noted while the table is locked. */
struct story {
    bool found, program;
    int pid, parent, group, session, nice, priority;
    char state, name[PROC_NAME_SIZE];
    unsigned threads;
    uint64_t ticks, children_ticks;
    size_t mapped, resident;
    uint64_t pending, blocked, ignored, caught;
};

static char state_letter(enum proc_state state, bool stopped)
{
    if (state == PROC_ZOMBIE)
        return 'Z';
    if (stopped)
        return 'T';
    return state == PROC_SLEEPING ? 'S' : 'R';
}

/* Its group locked. */
static void note_group(struct story *s, struct group *g, struct user *leader)
{
    struct user *u;
    s->group = atomic_load_explicit(&g->pgid, memory_order_relaxed);
    s->session = atomic_load_explicit(&g->sid, memory_order_relaxed);
    s->threads = g->nthreads;
    s->ticks = g->dead_ticks;
    s->children_ticks = g->children_ticks;
    list_for_each_entry(u, &g->threads, member)
        s->ticks += proc_run_ticks(u->proc);
    if (leader->as != NULL) {
        s->mapped = aspace_mapped(leader->as);
        s->resident = aspace_resident(leader->as);
    }
    s->pending = g->signals.pending | leader->signals.pending;
    s->blocked = leader->signals.blocked;
    for (int signo = 1; signo < NSIG; signo++) {
        uintptr_t handler = (uintptr_t)group_action(g, signo)->sa_handler;
        if (handler == (uintptr_t)SIG_IGN)
            s->ignored |= signal_bit(signo);
        else if (handler != (uintptr_t)SIG_DFL)
            s->caught |= signal_bit(signo);
    }
}

/* Table locked. */
static void note(struct proc *p, void *arg)
{
    struct story *s = arg;
    bool stopped = false;
    s->found = p->user == NULL || p->user->group == NULL || p->user->group->leader == p;
    s->program = p->user != NULL && p->user->group != NULL;
    s->pid = p->pid;
    s->parent = p->parent != NULL ? p->parent->pid : 0;
    if (p->parent != NULL && p->parent->user != NULL && p->parent->user->group != NULL)
        s->parent = p->parent->user->group->pid;
    strlcpy(s->name, p->name, sizeof(s->name));
    s->threads = 1;
    s->nice = p->nice;
    s->priority = PRIORITY_OF_NICE_0 + p->nice;
    s->ticks = proc_run_ticks(p);
    if (s->program) {
        unsigned long flags = spin_lock(&p->user->group->lock);
        note_group(s, p->user->group, p->user);
        stopped = p->user->group->stop_signo != 0;
        spin_unlock(&p->user->group->lock, flags);
    }
    s->state = state_letter(p->state, stopped);
}

static int learn(int pid, struct story *s)
{
    *s = (struct story){ .found = false };
    int error = proc_with(pid, note, s);
    return error == 0 && !s->found ? -ESRCH : error;
}

/* The fields that nothing is known of are 0, as on Linux. */
int proc_text_stat(struct proc_text *t, int pid)
{
    struct story s;
    int error = learn(pid, &s);
    if (error != 0)
        return error;
    proc_text_put(t, "%d (%s) %c %d %d %d %u %d 0 ", s.pid, s.name, s.state, s.parent, s.group, s.session,
                  tty_number(s.session), tty_foreground(s.session));
    proc_text_put(t, "0 0 0 0 %llu 0 %llu 0 ", (unsigned long long)user_ticks(s.ticks),
                  (unsigned long long)user_ticks(s.children_ticks));
    proc_text_put(t, "%d %d %u 0 0 %zu %zu ", s.priority, s.nice, s.threads, s.mapped * PAGE_SIZE,
                  s.resident);
    proc_text_put(t, "%lu 0 0 0 0 0 ", (unsigned long)-1);
    proc_text_put(t, "%llu %llu %llu %llu ", (unsigned long long)s.pending, (unsigned long long)s.blocked,
                  (unsigned long long)s.ignored, (unsigned long long)s.caught);
    proc_text_put(t, "0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n");
    return 0;
}

static const char *state_name(char letter)
{
    switch (letter) {
    case 'R':
        return "R (running)";
    case 'S':
        return "S (sleeping)";
    case 'T':
        return "T (stopped)";
    default:
        return "Z (zombie)";
    }
}

int proc_text_status(struct proc_text *t, int pid)
{
    struct story s;
    int error = learn(pid, &s);
    if (error != 0)
        return error;
    proc_text_put(t, "Name:\t%s\nState:\t%s\nTgid:\t%d\nPid:\t%d\nPPid:\t%d\n", s.name, state_name(s.state),
                  s.pid, s.pid, s.parent);
    proc_text_put(t, "Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\n");
    if (s.program)
        proc_text_put(t, "VmSize:\t%8zu kB\nVmRSS:\t%8zu kB\n", kib(s.mapped), kib(s.resident));
    proc_text_put(t, "Threads:\t%u\n", s.threads);
    proc_text_put(t, "SigPnd:\t%016llx\nSigBlk:\t%016llx\nSigIgn:\t%016llx\nSigCgt:\t%016llx\n",
                  (unsigned long long)s.pending, (unsigned long long)s.blocked, (unsigned long long)s.ignored,
                  (unsigned long long)s.caught);
    return 0;
}

/*
 * The words themselves are the program's and are not kept: its name. Of a kernel thread nothing, as on
 * Linux.
 */
int proc_text_cmdline(struct proc_text *t, int pid)
{
    struct story s;
    int error = learn(pid, &s);
    if (error == 0 && s.program) {
        proc_text_put(t, "%s", s.name);
        t->len++; /* the 0 that ends a word */
    }
    return error;
}

bool proc_text_is_process(int pid)
{
    struct story s;
    return learn(pid, &s) == 0;
}

struct search {
    int found;
};

static void note_first(struct proc *p, void *arg)
{
    struct search *s = arg;
    if (s->found == 0 && (p->user == NULL || p->user->group == NULL || p->user->group->leader == p))
        s->found = p->pid;
}

int proc_text_next(int from)
{
    struct search s = { 0 };
    while (s.found == 0 && from != 0)
        from = proc_visit(from, VISIT_MOST, note_first, &s);
    return s.found;
}

int proc_text_self(void)
{
    struct user *u = current_user();
    return u != NULL && u->group != NULL ? u->group->pid : current()->pid;
}
