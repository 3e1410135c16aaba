/*
 * monitor_proc.c - the monitor's commands about processes.
 *
 * Printing is slow and the process table must not be locked meanwhile: what is shown of a process is copied
 * first. So two lines are of two moments.
 */
#include <kernel/clock.h>
#include <kernel/console.h>
#include <kernel/kmalloc.h>
#include <kernel/kstack.h>
#include <kernel/monitor.h>
#include <kernel/sched.h>
#include <lib/ratio.h>
#include <lib/string.h>
#include <uapi/errno.h>

enum { INDENT = 2, INDENT_MOST = 40 };

struct row {
    int pid, parent, nice;
    enum proc_state state;
    unsigned cpu, prio, unused_stack;
    uint32_t affinity;
    unsigned long switches;
    uint64_t ticks;
    char name[PROC_NAME_SIZE];
};

static void copy_row(struct proc *p, void *arg)
{
    struct row *r = arg;
    r->pid = p->pid;
    r->parent = p->parent != NULL ? p->parent->pid : 0;
    r->nice = p->nice;
    r->state = p->state;
    r->cpu = p->cpu->index;
    r->prio = p->prio;
    r->unused_stack = CONFIG_DEBUG && p->parent != NULL ? kstack_unused(p->stack) : 0;
    r->affinity = p->affinity;
    r->switches = p->switches;
    r->ticks = proc_run_ticks(p);
    memcpy(r->name, p->name, sizeof(r->name));
}

void monitor_print_seconds(uint64_t ns, int width)
{
    uint32_t ms;
    uint64_t s = div_u64(div_u64(ns, 1000000, NULL), 1000, &ms);
    kprintf("%*llu.%03u", width, (unsigned long long)s, ms);
}

static void print_head(void)
{
    kprintf("  PID  PPID  STATE     CPU  AFFINITY    PRIO  NICE  SWITCHES     CPU s%s  NAME\n",
            CONFIG_DEBUG ? "  STACK" : "");
}

static void print_row(const struct row *r, unsigned indent)
{
    kprintf("%5d %5d  %-8s  %3u  0x%08x  %4u  %4d  %8lu  ", r->pid, r->parent, proc_state_name(r->state),
            r->cpu, (unsigned)r->affinity, r->prio, r->nice, r->switches);
    monitor_print_seconds(clock_ns_from_ticks(r->ticks), 4);
    if (CONFIG_DEBUG)
        kprintf("  %5u", r->unused_stack);
    kprintf("  %*s%s\n", (int)indent, "", r->name);
}

static void print_idle(void)
{
    struct row r;
    for (unsigned i = 0; i < MAX_CPUS; i++) {
        if (cpus[i].rq.idle == NULL)
            continue;
        copy_row(cpus[i].rq.idle, &r);
        print_row(&r, 0);
    }
}

static void print_list(void)
{
    struct row r;
    for (int next = 1; next != 0;) {
        r.pid = 0;
        next = proc_visit(next, 1, copy_row, &r);
        if (r.pid != 0)
            print_row(&r, 0);
    }
}

/* The family as of one walk through the table, by PID. Links are numbers of nodes; 0, PID 1, is the root. */
struct node {
    int pid, parent;
    unsigned child, sibling; /* the first one, the next one; 0: none */
};

struct tree {
    unsigned n, room;
    struct node *node;
};

static void add_node(struct proc *p, void *arg)
{
    struct tree *t = arg;
    if (p->parent != NULL && t->n < t->room)
        t->node[t->n++] = (struct node){ .pid = p->pid, .parent = p->parent->pid };
}

static unsigned find_node(const struct tree *t, int pid)
{
    unsigned low = 0, high = t->n;
    while (high - low > 1) {
        unsigned middle = low + (high - low) / 2;
        if (t->node[middle].pid <= pid)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Backwards, so that siblings come to stand by rising PID. Who has lost a parent meanwhile is PID 1's. */
static void link_nodes(struct tree *t)
{
    for (unsigned i = t->n - 1; i > 0; i--) {
        unsigned parent = find_node(t, t->node[i].parent);
        if (t->node[parent].pid != t->node[i].parent)
            parent = 0;
        t->node[i].sibling = t->node[parent].child;
        t->node[i].parent = (int)parent;
        t->node[parent].child = i;
    }
}

/* Down to the first child, else to the next sibling, else up until there is one: no stack is needed. */
static void print_tree(const struct tree *t)
{
    unsigned depth = 0, i = 0;
    struct row r;
    for (;;) {
        if (proc_with(t->node[i].pid, copy_row, &r) == 0)
            print_row(&r, depth * INDENT < INDENT_MOST ? depth * INDENT : INDENT_MOST);
        if (t->node[i].child != 0) {
            i = t->node[i].child;
            depth++;
            continue;
        }
        while (i != 0 && t->node[i].sibling == 0) {
            i = (unsigned)t->node[i].parent;
            depth--;
        }
        if (i == 0)
            return;
        i = t->node[i].sibling;
    }
}

void monitor_ps(const char *arg)
{
    bool as_tree = strcmp(arg, "-t") == 0;
    struct tree t = { .room = proc_count() };
    if (!as_tree && arg[0] != 0) {
        kprintf("usage: ps, or ps -t for the family tree\n");
        return;
    }
    if (as_tree) {
        t.node = kmalloc_array(t.room, sizeof(struct node));
        if (t.node == NULL) {
            kprintf("no memory for a tree of %u processes; ps lists them\n", t.room);
            return;
        }
        proc_for_each(add_node, &t);
        link_nodes(&t);
    }
    print_head();
    print_idle();
    if (as_tree)
        print_tree(&t);
    else
        print_list();
    kfree(t.node);
}

void monitor_uptime(const char *arg)
{
    (void)arg;
    kprintf("up ");
    monitor_print_seconds(clock_uptime_ns(), 1);
    kprintf(" s, %u processes, %lu switches\n", proc_count(), proc_switches());
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

/* Takes the next word off *text: a number, decimal or 0x hex. False if it is none or is above UINT32_MAX. */
static bool take_number(const char **text, uint32_t *number)
{
    const char *s = *text;
    bool hex = s[0] == '0' && s[1] == 'x';
    uint32_t base = hex ? 16 : 10, n = 0;
    s += hex ? 2 : 0;
    const char *first = s;
    for (; *s != 0 && *s != ' '; s++) {
        uint32_t d = (uint32_t)digit(*s);
        if (d >= base || n > (UINT32_MAX - d) / base)
            return false;
        n = n * base + d;
    }
    if (s == first)
        return false;
    while (*s == ' ')
        s++;
    *text = s;
    *number = n;
    return true;
}

static bool take_pid(const char **text, int *pid)
{
    uint32_t n;
    if (!take_number(text, &n) || n > INT32_MAX)
        return false;
    *pid = (int)n;
    return true;
}

static void print_result(int pid, int error, const char *invalid)
{
    if (error == -ESRCH)
        kprintf("there is no process %d\n", pid);
    else if (error == -EPERM)
        kprintf("process %d has to stay\n", pid);
    else if (error == -EINVAL)
        kprintf("%s\n", invalid);
}

void monitor_taskset(const char *arg)
{
    int pid, error;
    uint32_t mask;
    struct row r;
    bool good = take_pid(&arg, &pid);
    bool set = good && arg[0] != 0;
    if (!good || (set && (!take_number(&arg, &mask) || arg[0] != 0))) {
        kprintf("usage: taskset PID [MASK], a bit per CPU: 0x3 is CPU 0 and CPU 1\n");
        return;
    }
    error = set ? proc_set_affinity(pid, mask) : 0;
    if (error == 0)
        error = proc_with(pid, copy_row, &r);
    print_result(pid, error, "none of these CPUs is in use");
    if (error == 0)
        kprintf("process %d, %s: affinity 0x%08x\n", pid, r.name, (unsigned)r.affinity);
}

void monitor_nice(const char *arg)
{
    int pid;
    uint32_t n;
    bool good = take_pid(&arg, &pid);
    bool negative = good && arg[0] == '-';
    if (negative)
        arg++;
    if (!good || !take_number(&arg, &n) || arg[0] != 0) {
        kprintf("usage: nice PID N, from %d (wants most) to %d\n", NICE_MIN, NICE_MAX);
        return;
    }
    int nice = n > NICE_MAX - NICE_MIN ? NICE_MAX + 1 : (int)n;
    print_result(pid, proc_set_nice(pid, negative ? -nice : nice), "a nice value is from -20 to 19");
}

void monitor_kill(const char *arg)
{
    int pid;
    if (take_pid(&arg, &pid) && arg[0] == 0)
        print_result(pid, proc_kill(pid), "");
    else
        kprintf("usage: kill PID; a kernel thread ends when it next looks\n");
}
