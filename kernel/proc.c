/*
 * proc.c - the process table: beginning, end and afterlife of processes.
 *
 * A zombie is reaped only after it has left its stack: it becomes ZOMBIE under its run-queue lock, which is
 * let go by whoever runs next, and the reaper takes that lock once before it frees anything.
 *
 * No memory is asked for with the table locked: see enter_table(). docs/processes.md tells the rest.
 */
#include <hal/context.h>
#include <hal/timer.h>
#include <kernel/kassert.h>
#include <kernel/kmalloc.h>
#include <kernel/kstack.h>
#include <kernel/pid.h>
#include <kernel/proc.h>
#include <kernel/sched.h>
#include <kernel/slab.h>
#include <kernel/smp.h>
#include <lib/string.h>
#include <uapi/errno.h>

enum { AT_ONCE = 64 }; /* processes that are looked at, or given away, before interrupts may come */

static struct {
    struct spinlock lock;
    struct pids pids;
    struct proc *init; /* PID 1, who adopts orphans */
    unsigned long switches_of_dead;
    atomic_uint count;   /* changed under the lock */
    struct cache *cache; /* fixed */
} table = { .lock = SPINLOCK_INIT("process table", RANK_PROC_TABLE) };

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

/* What a process that has ended leaves as it was, and the next one finds. */
static void construct(void *object)
{
    struct proc *p = object;
    list_init(&p->turn);
    list_init(&p->children);
    list_init(&p->zombies);
    list_init(&p->sibling);
}

static void init_proc(struct proc *p, const char *name, unsigned prio, uintptr_t stack)
{
    p->switches = 0;
    p->run_ticks = 0;
    p->state = PROC_NEW;
    p->woken = false;
    p->affinity = UINT32_MAX;
    p->nice = (PRIO_NORMAL - (int)prio) * NICE_PER_PRIO;
    atomic_store_explicit(&p->killed, false, memory_order_relaxed);
    p->prio = prio;
    strlcpy(p->name, name, sizeof(p->name));
    p->stack = stack;
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
    construct(p);
    init_proc(p, "idle", 0, stack);
    cpus[cpu].index = cpu;
    proc_set_cpu(p, &cpus[cpu]);
    proc_set_state(p, PROC_READY);
    proc_set_state(p, PROC_RUNNING);
    atomic_fetch_add_explicit(&table.count, 1, memory_order_relaxed);
    return p;
}

void proc_init_table(int pid_max)
{
    void *memory = kzalloc(pids_bytes(pid_max));
    table.cache = cache_create("proc", sizeof(struct proc), 0, construct);
    if (memory == NULL || table.cache == NULL)
        panic("no memory for the process table");
    pids_init(&table.pids, pid_max, memory);
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

/* Gives p a PID and a place beside its parent's other children. The PID, -EAGAIN or -ENOMEM. */
static int enter_table(struct proc *p)
{
    void *page = NULL;
    int pid;
    for (;;) {
        unsigned long s = spin_lock(&table.lock);
        pid = pid_give(&table.pids, p, &page);
        if (pid > 0) {
            p->pid = pid;
            p->parent = current();
            proc_set_cpu(p, p->parent->cpu);
            list_add_tail(&p->parent->children, &p->sibling);
            atomic_fetch_add_explicit(&table.count, 1, memory_order_relaxed);
            if (pid == 1)
                table.init = p;
        }
        spin_unlock(&table.lock, s);
        if (pid != -ENOMEM)
            break;
        page = page_alloc_zero(0, PAGE_OTHER);
        if (page == NULL)
            break;
    }
    if (page != NULL)
        page_free(page, 0);
    return pid;
}

static int spawn(uint32_t mask, const char *name, unsigned prio, void (*fn)(void *), void *arg)
{
    KASSERT(prio < PRIO_COUNT);
    struct proc *p = cache_alloc(table.cache);
    if (p == NULL)
        return -ENOMEM;
    uintptr_t stack = kstack_alloc();
    int pid = -ENOMEM;
    if (stack != 0) {
        init_proc(p, name, prio, stack);
        p->affinity = mask;
        p->fn = fn;
        p->arg = arg;
        p->sp = hal_context_init(kstack_top(stack), thread_start, p);
        pid = enter_table(p);
    }
    if (pid > 0) {
        sched_start(p);
        return pid;
    }
    if (stack != 0)
        kstack_free(stack);
    cache_free(table.cache, p);
    return pid;
}

int proc_spawn(const char *name, unsigned prio, void (*fn)(void *), void *arg)
{
    return spawn(current()->affinity, name, prio, fn, arg);
}

int proc_spawn_on(uint32_t mask, const char *name, unsigned prio, void (*fn)(void *), void *arg)
{
    return (mask & smp_online()) == 0 ? -EINVAL : spawn(mask, name, prio, fn, arg);
}

/* Table lock held. Has the parent of p, which has ended, been waiting for that? */
static void tell_parent(struct proc *p)
{
    struct proc *parent = p->parent;
    if (parent->waits_for != -1 && parent->waits_for != p->pid)
        return;
    parent->waits_for = 0;
    sched_wake(parent); /* it looks under the table lock, which we still hold */
}

/* Table lock held. Makes some children of p those of PID 1. True: there are no more. */
static bool give_away_some(struct proc *p)
{
    for (unsigned n = 0; n < AT_ONCE; n++) {
        struct list *from = list_empty(&p->children) ? &p->zombies : &p->children;
        if (list_empty(from))
            return true;
        struct proc *child = list_first_entry(from, struct proc, sibling);
        list_del(&child->sibling);
        child->parent = table.init;
        list_add_tail(child->ended ? &table.init->zombies : &table.init->children, &child->sibling);
        if (child->ended)
            tell_parent(child);
    }
    return false;
}

void proc_exit(int code)
{
    struct proc *p = current();
    if (p->pid <= 1)
        panic("%s (PID %d) must not end", p->name, p->pid);
    hal_irq_disable();
    spin_lock_raw(&table.lock);
    while (!give_away_some(p)) {
        spin_unlock_raw(&table.lock);
        hal_irq_enable(); /* what has waited for it comes here */
        hal_irq_disable();
        spin_lock_raw(&table.lock);
    }
    p->exit_code = code;
    p->ended = true;
    list_del(&p->sibling);
    list_add_tail(&p->parent->zombies, &p->sibling);
    tell_parent(p);
    spin_lock_raw(&p->cpu->rq.lock);
    proc_set_state(p, PROC_ZOMBIE);
    spin_unlock_raw(&table.lock);
    sched_exit(); /* whoever runs next lets our run-queue lock go */
}

/* Table lock held. *zombie: a child of me with that PID (or any, if it is -1) that has ended, or NULL. */
static int find_child(struct proc *me, int pid, struct proc **zombie)
{
    *zombie = NULL;
    if (pid != -1) {
        struct proc *child = pid_find(&table.pids, pid);
        if (child == NULL || child->parent != me)
            return -ECHILD;
        if (child->ended)
            *zombie = child;
    } else if (!list_empty(&me->zombies)) {
        *zombie = list_first_entry(&me->zombies, struct proc, sibling);
    } else if (list_empty(&me->children)) {
        return -ECHILD;
    }
    return *zombie != NULL ? (*zombie)->pid : 0;
}

/* proc_try_wait(). patient: if it is 0, the caller is woken when it would not be 0 any more. */
static int reap(int pid, int *code, bool patient)
{
    struct proc *me = current(), *zombie;
    unsigned long s = spin_lock(&table.lock);
    int found = find_child(me, pid, &zombie);
    if (found <= 0) {
        me->waits_for = found == 0 && patient ? pid : 0;
        spin_unlock(&table.lock, s);
        return found;
    }
    list_del(&zombie->sibling);
    void *page = pid_take_back(&table.pids, found);
    atomic_fetch_sub_explicit(&table.count, 1, memory_order_relaxed);
    table.switches_of_dead += zombie->switches;
    spin_unlock_raw(&table.lock);
    /* It is ours alone. When we get this lock, it has left its stack. */
    spin_unlock(&sched_lock_of(zombie)->lock, s);
    proc_set_state(zombie, PROC_DEAD);
    if (code != NULL)
        *code = zombie->exit_code;
    kstack_free(zombie->stack);
    cache_free(table.cache, zombie);
    if (page != NULL)
        page_free(page, 0);
    return found;
}

int proc_try_wait(int pid, int *code)
{
    return reap(pid, code, false);
}

/* A wake-up that comes between the look and the sleep leaves its token; an old one only has us look again. */
int proc_wait(int pid, int *code)
{
    for (;;) {
        int found = reap(pid, code, true);
        if (found != 0)
            return found;
        if (proc_killed())
            return -EINTR;
        sched_sleep();
    }
}

int proc_with(int pid, void (*fn)(struct proc *p, void *arg), void *arg)
{
    unsigned long s = spin_lock(&table.lock);
    struct proc *p = pid_find(&table.pids, pid);
    if (p != NULL)
        fn(p, arg);
    spin_unlock(&table.lock, s);
    return p != NULL ? 0 : -ESRCH;
}

int proc_visit(int from, unsigned most, void (*fn)(struct proc *p, void *arg), void *arg)
{
    struct proc *p = NULL;
    unsigned long s = spin_lock(&table.lock);
    while (most-- > 0 && (p = pid_next(&table.pids, from)) != NULL) {
        from = p->pid + 1;
        fn(p, arg);
    }
    spin_unlock(&table.lock, s);
    return p != NULL ? from : 0;
}

void proc_for_each(void (*fn)(struct proc *p, void *arg), void *arg)
{
    for (unsigned i = 0; i < MAX_CPUS; i++) {
        if (idle[i].state != 0)
            fn(&idle[i], arg);
    }
    for (int from = 1; from != 0;)
        from = proc_visit(from, AT_ONCE, fn, arg);
}

unsigned proc_count(void)
{
    return atomic_load_explicit(&table.count, memory_order_relaxed);
}

static void add_switches(struct proc *p, void *sum)
{
    *(unsigned long *)sum += p->switches;
}

unsigned long proc_switches(void)
{
    unsigned long s = spin_lock(&table.lock);
    unsigned long sum = table.switches_of_dead;
    spin_unlock(&table.lock, s);
    proc_for_each(add_switches, &sum);
    return sum;
}

bool proc_trim(void)
{
    void *page = pids_trim(&table.pids);
    if (page != NULL)
        page_free(page, 0);
    return page != NULL;
}
