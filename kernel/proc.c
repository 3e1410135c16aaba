/*
 * proc.c - the process table: beginning, end and afterlife of processes.
 *
 * A zombie is reaped only after it has left its stack: it becomes ZOMBIE under its run-queue lock, which is
 * let go by whoever runs next, and the reaper takes that lock once before it frees anything.
 */
#include <hal/context.h>
#include <hal/timer.h>
#include <kernel/kassert.h>
#include <kernel/kstack.h>
#include <kernel/proc.h>
#include <kernel/sched.h>
#include <lib/string.h>
#include <uapi/errno.h>

enum { PID_MAX = 32767 };

static struct {
    struct spinlock lock;
    struct list all; /* by age */
    unsigned count;
    unsigned long switches_of_dead;
    int last_pid;
    uint32_t pids[PID_MAX / 32 + 1]; /* a bit per PID in use */
    struct proc *init;               /* PID 1, who adopts orphans */
} table = { .lock = SPINLOCK_INIT("process table", RANK_PROC_TABLE), .all = LIST_INIT(table.all) };

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

static void init_proc(struct proc *p, const char *name, unsigned prio, uintptr_t stack)
{
    *p = (struct proc){ .prio = prio, .stack = stack, .state = PROC_NEW };
    p->affinity = UINT32_MAX;
    p->nice = (PRIO_NORMAL - (int)prio) * NICE_PER_PRIO;
    strlcpy(p->name, name, sizeof(p->name));
    list_init(&p->turn);
    list_init(&p->table);
    list_init(&p->children);
    list_init(&p->sibling);
    waitq_init(&p->child_exit, "child exit");
}

void proc_init(void)
{
    proc_make_idle(0, stack_here() & ~(uintptr_t)(KSTACK_SLOT - 1));
}

struct proc *proc_make_idle(unsigned cpu, uintptr_t stack)
{
    struct proc *p = &idle[cpu];
    init_proc(p, "idle", 0, stack);
    cpus[cpu].index = cpu;
    proc_set_cpu(p, &cpus[cpu]);
    proc_set_state(p, PROC_READY);
    proc_set_state(p, PROC_RUNNING);
    unsigned long s = spin_lock(&table.lock);
    list_add_tail(&table.all, &p->table);
    table.count++;
    spin_unlock(&table.lock, s);
    return p;
}

/* Table lock held. PIDs rise and wrap, so that one is not used again at once. -EAGAIN if all are taken. */
static int new_pid(void)
{
    for (unsigned tries = 0; tries < PID_MAX; tries++) {
        table.last_pid = table.last_pid == PID_MAX ? 1 : table.last_pid + 1;
        uint32_t *word = &table.pids[table.last_pid / 32];
        uint32_t bit = 1u << table.last_pid % 32;
        if (*word & bit)
            continue;
        *word |= bit;
        return table.last_pid;
    }
    return -EAGAIN;
}

/* The first thing a new thread does. It comes out of the switch, so it holds its run-queue lock. */
static void thread_start(void *arg)
{
    struct proc *p = arg;
    spin_unlock_raw(&p->cpu->rq.lock);
    hal_irq_enable();
    p->fn(p->arg);
    proc_exit(0);
}

int proc_spawn(const char *name, unsigned prio, void (*fn)(void *), void *arg)
{
    KASSERT(prio < PRIO_COUNT);
    uintptr_t stack = kstack_alloc();
    if (stack == 0)
        return -ENOMEM;
    /* The process itself lies at the top of its stack, out of reach of an overflow. */
    uintptr_t top = stack + KSTACK_SLOT - KSTACK_RESERVED;
    struct proc *p = (struct proc *)((top - sizeof(struct proc)) & ~(uintptr_t)15);
    init_proc(p, name, prio, stack);
    p->fn = fn;
    p->arg = arg;
    p->sp = hal_context_init(p, thread_start, p);

    unsigned long s = spin_lock(&table.lock);
    int pid = new_pid();
    if (pid > 0) {
        p->pid = pid;
        p->parent = current();
        proc_set_cpu(p, p->parent->cpu);
        list_add_tail(&table.all, &p->table);
        list_add_tail(&p->parent->children, &p->sibling);
        table.count++;
        if (pid == 1)
            table.init = p;
    }
    spin_unlock(&table.lock, s);
    if (pid < 0) {
        kstack_free(stack);
        return pid;
    }
    sched_start(p);
    return pid;
}

/* Table lock held. */
static void give_away_children(struct proc *p)
{
    struct proc *child, *after;
    list_for_each_entry_safe(child, after, &p->children, sibling) {
        list_del(&child->sibling);
        child->parent = table.init;
        list_add_tail(&table.init->children, &child->sibling);
    }
}

void proc_exit(int code)
{
    struct proc *p = current();
    if (p->pid <= 1)
        panic("%s (PID %d) must not end", p->name, p->pid);
    hal_irq_save();
    spin_lock_raw(&table.lock);
    bool had_children = !list_empty(&p->children);
    give_away_children(p);
    p->exit_code = code;
    if (had_children)
        waitq_wake_all(&table.init->child_exit);
    waitq_wake_all(&p->parent->child_exit); /* it looks under the table lock, which we still hold */
    spin_lock_raw(&p->cpu->rq.lock);
    proc_set_state(p, PROC_ZOMBIE);
    spin_unlock_raw(&table.lock);
    sched_exit(); /* whoever runs next lets our run-queue lock go */
}

/*
 * Takes a zombie child out of the table. Returns it, or NULL; *any tells whether the caller has such a child
 * at all.
 */
static struct proc *take_zombie(int pid, bool *any)
{
    struct proc *zombie = NULL, *child;
    *any = false;
    unsigned long s = spin_lock(&table.lock);
    list_for_each_entry(child, &current()->children, sibling) {
        if (pid != -1 && child->pid != pid)
            continue;
        *any = true;
        if (child->state != PROC_ZOMBIE)
            continue;
        zombie = child;
        break;
    }
    if (zombie != NULL) {
        struct spinlock *left_its_stack = &zombie->cpu->rq.lock;
        spin_lock_raw(left_its_stack);
        spin_unlock_raw(left_its_stack);
        proc_set_state(zombie, PROC_DEAD);
        list_del(&zombie->sibling);
        list_del(&zombie->table);
        table.pids[zombie->pid / 32] &= ~(1u << zombie->pid % 32);
        table.count--;
        table.switches_of_dead += zombie->switches;
    }
    spin_unlock(&table.lock, s);
    return zombie;
}

int proc_wait(int pid, int *code)
{
    struct proc *zombie;
    bool any;
    wait_event(&current()->child_exit, (zombie = take_zombie(pid, &any)) != NULL || !any);
    if (zombie == NULL)
        return -ECHILD;
    pid = zombie->pid;
    if (code != NULL)
        *code = zombie->exit_code;
    kstack_free(zombie->stack);
    return pid;
}

void proc_for_each(void (*fn)(struct proc *p, void *arg), void *arg)
{
    unsigned long s = spin_lock(&table.lock);
    struct proc *p;
    list_for_each_entry(p, &table.all, table)
        fn(p, arg);
    spin_unlock(&table.lock, s);
}

uint64_t proc_run_ticks(struct proc *p)
{
    unsigned long s = spin_lock(&p->cpu->rq.lock);
    uint64_t ticks = p->run_ticks;
    if (p->state == PROC_RUNNING)
        ticks += hal_timer_now() - p->cpu->rq.switched;
    spin_unlock(&p->cpu->rq.lock, s);
    return ticks;
}

unsigned proc_count(void)
{
    return table.count;
}

unsigned long proc_switches(void)
{
    unsigned long s = spin_lock(&table.lock);
    unsigned long sum = table.switches_of_dead;
    struct proc *p;
    list_for_each_entry(p, &table.all, table)
        sum += p->switches;
    spin_unlock(&table.lock, s);
    return sum;
}
