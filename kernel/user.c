/*
 * user.c - traps from user mode, and the way back to it.
 *
 * What a program's thread has in the CPU besides its trap frame is loaded here, when it is about to go to
 * user mode and the CPU has somebody else's; sched.c has it saved when the thread is switched away. The page
 * tables stay until another program comes: the kernel does not look through them.
 */
#include <hal/info.h>
#include <kernel/aspace.h>
#include <kernel/cap.h>
#include <kernel/clock.h>
#include <kernel/file.h>
#include <kernel/futex.h>
#include <kernel/group.h>
#include <kernel/irq.h>
#include <kernel/kassert.h>
#include <kernel/panic.h>
#include <kernel/proc_table.h>
#include <kernel/sched.h>
#include <kernel/slab.h>
#include <kernel/syscall.h>
#include <kernel/trace.h>
#include <kernel/user_load.h>
#include <lib/string.h>
#include <uapi/errno.h>

enum { SHORTAGE_MS = 10 };

static struct cache *users, *hal_users;

void user_init(void)
{
    users = cache_create("user", sizeof(struct user), 0, NULL);
    hal_users = cache_create("user registers", hal_info.user_size, 64, NULL);
    if (users == NULL || hal_users == NULL)
        panic("no memory for programs");
    syscall_init();
    futex_init();
    cap_init();
    endpoint_init();
}

struct user *user_alloc(void)
{
    struct user *u = cache_alloc(users);
    if (u == NULL)
        return NULL;
    struct hal_user *hal = cache_alloc(hal_users);
    if (hal == NULL) {
        cache_free(users, u);
        return NULL;
    }
    u->as = NULL;
    u->files = NULL;
    u->fs = NULL;
    u->group = NULL;
    u->proc = NULL;
    u->frame = NULL;
    u->hal = hal;
    u->clear_tid = u->set_tid = 0;
    u->ipc = (struct ipc){ .state = IPC_IDLE };
    list_init(&u->ipc.link);
    memset(u->name, 0, sizeof(u->name));
    u->vforked = NULL;
    u->again = u->asked_end = u->told_unknown = false;
    u->signals.pending = u->signals.blocked = u->signals.saved = 0;
    u->signals.restore = false;
    u->signals.stack = (struct sigaltstack){ .ss_flags = SS_DISABLE };
    return u;
}

void user_free(struct user *u)
{
    if (u->as != NULL)
        aspace_put(u->as);
    if (u->files != NULL)
        files_put(u->files);
    if (u->fs != NULL)
        fs_put(u->fs);
    if (u->group != NULL)
        group_put(u->group);
    cache_free(hal_users, u->hal);
    cache_free(users, u);
}

/* What a process has from its parent, and what is on its way to both. */
static void process_born(struct group *g, const struct user *parent)
{
    int pgid = g->pid == 1, sid = pgid; /* the first begins a session */
    if (parent != NULL) {
        pgid = atomic_load_explicit(&parent->group->pgid, memory_order_relaxed);
        sid = atomic_load_explicit(&parent->group->sid, memory_order_relaxed);
    }
    atomic_store_explicit(&g->pgid, pgid, memory_order_relaxed);
    atomic_store_explicit(&g->sid, sid, memory_order_relaxed);
    signal_born(g, parent != NULL ? parent->group : NULL);
}

/*
 * The first in a group gives it its PID. Where the group is ending already, or the one who makes it is, it
 * ends as soon as it begins.
 */
void user_born(struct user *u, struct proc *p)
{
    struct group *g = u->group;
    const struct user *maker = current_user();
    bool first = g->leader == NULL;
    u->proc = p;
    spin_lock_raw(&g->lock);
    if (first) {
        g->leader = p;
        g->pid = p->pid;
    }
    list_add_tail(&g->threads, &u->member);
    g->nthreads++;
    u->asked_end = g->ending || (maker != NULL && maker->group == g && maker->asked_end);
    atomic_store_explicit(&p->killed, u->asked_end || g->stop_signo != 0, memory_order_relaxed);
    spin_unlock_raw(&g->lock);
    if (first)
        process_born(g, p->parent->user);
}

void user_set_name(struct user *u, const char *name)
{
    struct proc *p = u->proc;
    strlcpy(u->name, name, sizeof(u->name));
    unsigned long s = spin_lock(&proc_table.lock);
    for (unsigned i = 0; i < sizeof(u->name); i++) {
        char c = u->name[i];
        p->name[i] = c == 0 || (c >= ' ' && c <= '~') ? c : '?';
        if (c == 0)
            break;
    }
    spin_unlock(&proc_table.lock, s);
}

void user_unload(void)
{
    unsigned long s = hal_irq_save();
    struct runq *rq = &this_cpu()->rq;
    if (rq->loaded != NULL)
        user_save(rq);
    hal_irq_restore(s);
}

/* irqs off. Nothing is left to do before user mode, and the CPU has all that is u's. */
static inline bool may_leave(const struct cpu *cpu, const struct proc *p)
{
    return !atomic_load_explicit(&cpu->rq.need_resched, memory_order_relaxed) &&
           !atomic_load_explicit(&p->killed, memory_order_relaxed) && cpu->rq.loaded == p->user;
}

/* irqs off. Does what may_leave() waits for. Out of the way of traps that have nothing to do. */
static __attribute__((noinline)) void leave_kernel(struct hal_frame *f, struct proc *p)
{
    struct cpu *cpu;
    while (cpu = this_cpu(), !may_leave(cpu, p)) {
        if (atomic_load_explicit(&cpu->rq.need_resched, memory_order_relaxed)) {
            sched_preempt();
        } else if (atomic_load_explicit(&p->killed, memory_order_relaxed)) {
            hal_irq_enable();
            signal_take(f);
            hal_irq_disable();
        } else {
            user_load(cpu, f, p);
        }
    }
}

/* What a program did that it may not. irqs on. */
static void fault(struct hal_frame *f, const struct trap_info *t)
{
    static const struct {
        int signo, code;
    } sent[] = {
        [TRAP_ILLEGAL] = { SIGILL, ILL_ILLOPC },    [TRAP_BREAKPOINT] = { SIGTRAP, TRAP_BRKPT },
        [TRAP_ARITHMETIC] = { SIGFPE, FPE_INTDIV }, [TRAP_ALIGNMENT] = { SIGBUS, BUS_ADRALN },
        [TRAP_UNKNOWN] = { SIGSEGV, SI_KERNEL },
    };
    struct user *u = current_user();
    int signo = SIGSEGV, code = SEGV_MAPERR;
    uintptr_t addr = t->kind == TRAP_ALIGNMENT ? t->addr : hal_frame_pc(f);
    if (t->kind == TRAP_PAGE_FAULT) {
        int error = aspace_fault(u->as, t->addr, t->prot);
        if (error == -ENOMEM && u->group->pid == 1)
            sleep_ms(SHORTAGE_MS); /* without PID 1 the machine is of no use, and a shortage may pass */
        if (error == 0 || proc_killed() || (error == -ENOMEM && u->group->pid == 1))
            return;
        code = error == -EACCES ? SEGV_ACCERR : SEGV_MAPERR;
        if (error == -ENOMEM || error == -EIO) {
            signo = SIGBUS;
            code = BUS_ADRERR;
        }
        addr = t->addr;
    } else {
        signo = sent[t->kind].signo;
        code = sent[t->kind].code;
    }
    trace_any(TRACE_FAULT, current()->pid, addr, hal_frame_pc(f));
    signal_fault(signo, code, addr, f, t);
}

/* irqs off. Every trap but a call. */
static __attribute__((noinline)) void other_trap(struct hal_frame *f, const struct trap_info *t)
{
    if (t->kind == TRAP_IRQ) {
        irq_dispatch();
    } else if (t->kind == TRAP_FPU) {
        hal_user_load_fpu(current_user()->hal, f);
    } else {
        hal_irq_enable();
        fault(f, t);
        hal_irq_disable();
    }
}

/* irqs off. The end of a trap. */
static inline void leave(struct hal_frame *f)
{
    struct proc *p = current();
    if (__builtin_expect(!may_leave(p->cpu, p), 0))
        leave_kernel(f, p);
}

static inline void call(struct hal_frame *f)
{
    hal_irq_enable();
    syscall(f);
    hal_irq_disable();
    leave(f);
}

void user_call(struct hal_frame *f)
{
    call(f);
}

void user_trap(struct hal_frame *f, const struct trap_info *t)
{
    if (t->kind != TRAP_SYSCALL) {
        other_trap(f, t);
        leave(f);
    } else if (__builtin_expect(syscall_is_own(f), 0)) {
        endpoint_trap(f);
    } else {
        call(f);
    }
}

void user_enter(void)
{
    struct proc *p = current();
    hal_irq_disable();
    leave_kernel(p->user->frame, p);
    hal_frame_resume(p->user->frame);
}
