/* proc.c - the process table: its beginning, the idle processes, and walks through it. */
#include <kernel/kassert.h>
#include <kernel/kmalloc.h>
#include <kernel/proc_table.h>
#include <kernel/sched.h>
#include <kernel/slab.h>
#include <uapi/errno.h>

struct proc_table proc_table = { .lock = SPINLOCK_INIT("process table", RANK_PROC_TABLE) };

static struct proc idle[MAX_CPUS];

const char *proc_state_name(enum proc_state state)
{
    switch (state) {
    case PROC_NEW:
        return "NEW";
    case PROC_READY:
        return "READY";
    case PROC_RUNNING:
        return "RUNNING";
    case PROC_SLEEPING:
        return "SLEEPING";
    case PROC_ZOMBIE:
        return "ZOMBIE";
    case PROC_DEAD:
        return "DEAD";
    }
    return "?";
}

void proc_bad_edge(const struct proc *p, enum proc_state to)
{
    panic("%s (PID %d) cannot go from %s to %s", p->name, p->pid, proc_state_name(p->state),
          proc_state_name(to));
}

void proc_construct(void *object)
{
    struct proc *p = object;
    list_init(&p->turn);
    list_init(&p->children);
    list_init(&p->zombies);
    list_init(&p->sibling);
}

void proc_prepare(struct proc *p, const char *name, unsigned prio)
{
    unsigned i = 0;
    for (; i < PROC_NAME_SIZE - 1 && name[i] != 0; i++)
        p->name[i] = name[i];
    p->name[i] = 0;
    p->switches = 0;
    p->run_ticks = 0;
    p->state = PROC_NEW;
    p->woken = false;
    p->affinity = UINT32_MAX;
    p->nice = (PRIO_NORMAL - (int)prio) * NICE_PER_PRIO;
    atomic_store_explicit(&p->killed, false, memory_order_relaxed);
    p->prio = prio;
    p->user = NULL;
    p->waits_for = 0;
    p->ended = false;
}

void proc_init(void)
{
    proc_make_idle(0, stack_here() & ~(uintptr_t)(KSTACK_SLOT - 1));
}

struct proc *proc_make_idle(unsigned cpu, uintptr_t stack)
{
    struct proc *p = &idle[cpu];
    proc_construct(p);
    p->stack = stack;
    proc_prepare(p, "idle", PRIO_IDLE);
    cpus[cpu].index = cpu;
    cpus[cpu].bit = 1u << cpu;
    proc_set_cpu(p, &cpus[cpu]);
    proc_set_state(p, PROC_READY);
    proc_set_state(p, PROC_RUNNING);
    atomic_fetch_add_explicit(&proc_table.count, 1, memory_order_relaxed);
    return p;
}

void proc_init_table(int pid_max)
{
    void *memory = kzalloc(pids_bytes(pid_max));
    proc_table.cache = cache_create("proc", sizeof(struct proc), 0, proc_construct);
    if (memory == NULL || proc_table.cache == NULL)
        panic("no memory for the process table");
    pids_init(&proc_table.pids, pid_max, memory);
}

int proc_with(int pid, void (*fn)(struct proc *p, void *arg), void *arg)
{
    unsigned long s = spin_lock(&proc_table.lock);
    struct proc *p = pid_find(&proc_table.pids, pid);
    if (p != NULL)
        fn(p, arg);
    spin_unlock(&proc_table.lock, s);
    return p != NULL ? 0 : -ESRCH;
}

int proc_visit(int from, unsigned most, void (*fn)(struct proc *p, void *arg), void *arg)
{
    struct proc *p = NULL;
    unsigned long s = spin_lock(&proc_table.lock);
    while (most-- > 0 && (p = pid_next(&proc_table.pids, from)) != NULL) {
        from = p->pid + 1;
        fn(p, arg);
    }
    spin_unlock(&proc_table.lock, s);
    return p != NULL ? from : 0;
}

void proc_for_each(void (*fn)(struct proc *p, void *arg), void *arg)
{
    for (unsigned i = 0; i < MAX_CPUS; i++) {
        if (idle[i].state != 0)
            fn(&idle[i], arg);
    }
    for (int from = 1; from != 0;)
        from = proc_visit(from, PROCS_AT_ONCE, fn, arg);
}

unsigned proc_count(void)
{
    return atomic_load_explicit(&proc_table.count, memory_order_relaxed);
}

static void add_switches(struct proc *p, void *sum)
{
    *(unsigned long *)sum += p->switches;
}

unsigned long proc_switches(void)
{
    unsigned long s = spin_lock(&proc_table.lock);
    unsigned long sum = proc_table.switches_of_dead;
    spin_unlock(&proc_table.lock, s);
    proc_for_each(add_switches, &sum);
    return sum;
}
