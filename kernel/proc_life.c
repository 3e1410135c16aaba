/*
 * proc_life.c - beginning, end and afterlife of processes.
 *
 * A zombie is reaped only after it has left its stack: it becomes ZOMBIE under its run-queue lock, which is
 * let go by whoever runs next, and the reaper takes that lock once before anybody else gets the stack.
 *
 * No memory is asked for or freed with the table locked. A few of the dead keep their stacks for those who
 * come next. Whoever needs memory takes them from the table by an atomic exchange, without its lock.
 */
#include <hal/context.h>
#include <kernel/kassert.h>
#include <kernel/kstack.h>
#include <kernel/proc_table.h>
#include <kernel/sched.h>
#include <kernel/slab.h>
#include <kernel/smp.h>
#include <kernel/trace.h>
#include <kernel/user.h>
#include <kernel/user_life.h>
#include <uapi/errno.h>

enum { KEPT_MOST = 16 };

/* The dead who keep their stacks. nkept: under the table lock; below it a place may be empty. */
static _Atomic(struct proc *) kept[KEPT_MOST];
static unsigned nkept;

/* A process that nobody knows, with a stack. NULL: there is no memory. */
static struct proc *make(void)
{
    struct proc *p = cache_alloc(proc_table.cache);
    if (p == NULL)
        return NULL;
    p->stack = kstack_alloc();
    if (p->stack != 0)
        return p;
    cache_free(proc_table.cache, p);
    return NULL;
}

static void unmake(struct proc *p)
{
    kstack_free(p->stack);
    cache_free(proc_table.cache, p);
}

/* Table lock held. NULL: nobody is kept. */
static struct proc *take_kept(void)
{
    while (nkept > 0) {
        struct proc *p = atomic_exchange_explicit(&kept[--nkept], NULL, memory_order_acquire);
        if (p != NULL) {
            kstack_refresh(p->stack);
            return p;
        }
    }
    return NULL;
}

/* Table lock held; p has left its stack. False: there are enough. */
static bool keep(struct proc *p)
{
    if (nkept == KEPT_MOST)
        return false;
    atomic_store_explicit(&kept[nkept++], p, memory_order_release);
    return true;
}

bool proc_trim(void)
{
    void *page = pids_trim(&proc_table.pids);
    bool any = page != NULL;
    if (any)
        page_free(page, 0);
    for (unsigned i = 0; i < KEPT_MOST; i++) {
        struct proc *p = atomic_exchange_explicit(&kept[i], NULL, memory_order_acquire);
        if (p != NULL)
            unmake(p);
        any |= p != NULL;
    }
    return any;
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

/* Table lock held. p, which is prepared, becomes a child of parent, if there is a PID: as pid_give(). */
static inline __attribute__((always_inline)) int enter_table(struct proc *p, struct proc *parent, void **page)
{
    int pid = pid_give(&proc_table.pids, p, page);
    if (pid < 0)
        return pid;
    p->pid = pid;
    p->parent = parent;
    proc_set_cpu(p, p->parent->cpu);
    list_add_tail(&p->parent->children, &p->sibling);
    atomic_fetch_add_explicit(&proc_table.count, 1, memory_order_relaxed);
    trace_spawn(pid, p->parent->pid, p->name);
    if (pid == 1)
        proc_table.init = p;
    return pid;
}

/* What was missing while the table was locked. False: there is no memory for it. */
static bool provide(struct proc **p, void **page)
{
    if (*p == NULL) {
        *p = make();
        return *p != NULL;
    }
    *page = page_alloc_zero(0, PAGE_OTHER);
    return *page != NULL;
}

static inline int spawn(uint32_t mask, const char *name, unsigned prio, void (*fn)(void *), void *arg)
{
    struct proc *p = NULL;
    void *page = NULL;
    int pid = -ENOMEM;
    KASSERT(prio > PRIO_IDLE && prio < PRIO_COUNT);
    do {
        unsigned long s = spin_lock(&proc_table.lock);
        if (p == NULL)
            p = take_kept();
        if (p != NULL) {
            proc_prepare(p, name, prio);
            p->affinity = mask;
            p->fn = fn;
            p->arg = arg;
            p->sp = hal_context_init(kstack_top(p->stack), thread_start, p);
            pid = enter_table(p, current(), &page);
        }
        spin_unlock(&proc_table.lock, s);
    } while (pid == -ENOMEM && provide(&p, &page));
    if (page != NULL)
        page_free(page, 0);
    if (pid > 0)
        sched_start(p);
    else if (p != NULL)
        unmake(p);
    return pid;
}

/*
 * Table lock held. What spawn() does with p, for a thread that runs a program: its frame has the top of the
 * stack.
 */
static int begin_user(struct proc *p, struct proc *parent, const char *name, struct user *u,
                      void (*fn)(void *), void *arg, void **page)
{
    const struct proc *me = current();
    bool of_idle = me->pid == 0; /* whose priority nobody else has */
    proc_prepare(p, name, of_idle ? PRIO_NORMAL : me->prio);
    p->affinity = me->affinity;
    p->nice = of_idle ? p->nice : me->nice;
    p->fn = fn;
    p->arg = arg;
    p->user = u;
    u->frame = hal_frame_user((uintptr_t)kstack_top(p->stack));
    p->sp = hal_context_init(u->frame, thread_start, p);
    if (signal_before_fork())
        return -EINTR;
    int pid = enter_table(p, parent, page);
    if (pid > 0)
        user_born(u, p);
    return pid;
}

int proc_create(struct user *u, struct proc *parent, const char *name, void (*fn)(void *), void *arg)
{
    struct proc *p = NULL;
    void *page = NULL;
    int pid = -ENOMEM;
    do {
        unsigned long s = spin_lock(&proc_table.lock);
        if (p == NULL)
            p = take_kept();
        if (p != NULL)
            pid = begin_user(p, parent, name, u, fn, arg, &page);
        spin_unlock(&proc_table.lock, s);
    } while (pid == -ENOMEM && provide(&p, &page));
    if (page != NULL)
        page_free(page, 0);
    if (pid < 0 && p != NULL)
        unmake(p);
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
    if (parent->user != NULL)
        group_child_ended(parent->user->group, p);
    if (parent->waits_for != -1 && parent->waits_for != p->pid)
        return;
    parent->waits_for = 0;
    sched_wake(parent); /* it looks under the table lock, which we still hold */
}

/* Table lock held. Makes some children of p those of PID 1. True: there are no more. */
static bool give_away_some(struct proc *p)
{
    for (unsigned n = 0; n < PROCS_AT_ONCE; n++) {
        struct list *from = list_empty(&p->children) ? &p->zombies : &p->children;
        if (list_empty(from))
            return true;
        struct proc *child = list_first_entry(from, struct proc, sibling);
        list_del(&child->sibling);
        child->parent = proc_table.init;
        list_add_tail(child->ended ? &proc_table.init->zombies : &proc_table.init->children, &child->sibling);
        if (child->ended)
            tell_parent(child);
    }
    return false;
}

/* Table lock held, irqs off; it is let go now and then. */
static __attribute__((noinline)) void give_away_all(struct proc *p)
{
    while (!give_away_some(p)) {
        spin_unlock_raw(&proc_table.lock);
        hal_irq_enable(); /* what has waited for it comes here */
        hal_irq_disable();
        spin_lock_raw(&proc_table.lock);
    }
}

void proc_exit(int code)
{
    struct proc *p = current();
    if (p->pid <= 1)
        panic("%s (PID %d) must not end", p->name, p->pid);
    hal_irq_disable();
    spin_lock_raw(&proc_table.lock);
    if (!list_empty(&p->children) || !list_empty(&p->zombies))
        give_away_all(p);
    if (p->parent->user != NULL)
        group_disown(p, proc_table.init);
    p->exit_code = code;
    p->ended = true;
    trace(TRACE_EXIT, p->pid, (unsigned long)code, 0);
    list_del(&p->sibling);
    list_add_tail(&p->parent->zombies, &p->sibling);
    tell_parent(p);
    spin_lock_raw(&p->cpu->rq.lock);
    proc_set_state(p, PROC_ZOMBIE);
    spin_unlock_raw(&proc_table.lock);
    sched_exit(); /* whoever runs next lets our run-queue lock go */
}

/* Table lock held. *zombie: a child of me with that PID (or any, if it is -1) that has ended, or NULL. */
static int find_child(struct proc *me, int pid, struct proc **zombie)
{
    *zombie = NULL;
    if (pid != -1) {
        struct proc *child = pid_find(&proc_table.pids, pid);
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

/* proc_bury() by me. Inline, as enter_table() is: the life of a thread is short. */
static inline __attribute__((always_inline)) int bury(const struct proc *me, struct proc *zombie, int *code,
                                                      unsigned long s)
{
    int pid = zombie->pid;
    list_del(&zombie->sibling);
    void *page = pid_take_back(&proc_table.pids, pid);
    atomic_fetch_sub_explicit(&proc_table.count, 1, memory_order_relaxed);
    proc_table.switches_of_dead += zombie->switches;
    if (zombie->cpu != me->cpu) /* on our own CPU we could not run before it has left its stack */
        spin_unlock_raw(&sched_lock_of(zombie)->lock);
    proc_set_state(zombie, PROC_DEAD);
    if (code != NULL)
        *code = zombie->exit_code;
    struct user *user = zombie->user;
    zombie->user = NULL;
    bool is_kept = keep(zombie);
    spin_unlock(&proc_table.lock, s);
    if (user != NULL)
        user_free(user);
    if (!is_kept)
        unmake(zombie);
    if (page != NULL)
        page_free(page, 0);
    return pid;
}

int proc_bury(struct proc *zombie, int *code, unsigned long s)
{
    return bury(current(), zombie, code, s);
}

/* proc_try_wait(). patient: if it is 0, the caller is woken when it would not be 0 any more. */
static int reap(int pid, int *code, bool patient)
{
    struct proc *me = current(), *zombie;
    unsigned long s = spin_lock(&proc_table.lock);
    int found = find_child(me, pid, &zombie);
    if (found > 0)
        return bury(me, zombie, code, s);
    me->waits_for = found == 0 && patient ? pid : 0;
    spin_unlock(&proc_table.lock, s);
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
