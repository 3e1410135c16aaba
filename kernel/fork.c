/*
 * fork.c - one more thread: of a copy of the process, or of the process itself.
 *
 * What is shared is counted, what is not is copied; all before there is a process that anybody could see. It
 * begins where its parent is, in the same call, with another result.
 */
#include <hal/info.h>
#include <kernel/aspace.h>
#include <kernel/cap.h>
#include <kernel/file.h>
#include <kernel/group.h>
#include <kernel/kmalloc.h>
#include <kernel/path.h>
#include <kernel/proc_table.h>
#include <kernel/sched.h>
#include <kernel/sys.h>
#include <kernel/uaccess.h>
#include <kernel/user.h>
#include <kernel/user_life.h>
#include <lib/string.h>
#include <lib/util.h>
#include <uapi/errno.h>
#include <uapi/sched.h>

#define FLAGS_OF_A_THREAD (CLONE_VM | CLONE_FILES | CLONE_FS | CLONE_SIGHAND | CLONE_THREAD)
#define FLAGS_KNOWN                                                                            \
    (CSIGNAL | FLAGS_OF_A_THREAD | CLONE_VFORK | CLONE_PARENT | CLONE_SYSVSEM | CLONE_SETTLS | \
     CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID | CLONE_DETACHED | CLONE_CHILD_SETTID)

enum { TLS_DESC_MOST = 32 };

struct birth {
    unsigned long flags;
    uintptr_t stack, parent_tid, tls, child_tid; /* stack 0: where the parent's is */
    unsigned char tls_desc[TLS_DESC_MOST];
};

/* The child's first steps, on its own stack. */
static void first(void *arg)
{
    struct user *u = arg;
    if (u->set_tid != 0) {
        int pid = current()->pid;
        (void)copy_to_user(u->set_tid, &pid, sizeof(pid)); /* if it cannot be, nobody is told: as in Linux */
    }
    user_enter();
}

/* Everything of u but its frame. 0 or -ENOMEM; what it has by then goes with user_free(). */
static int share_or_copy(struct user *u, const struct user *from, unsigned long flags)
{
    u->group = flags & CLONE_THREAD ? from->group : group_create(from->group);
    if (u->group == NULL)
        return -ENOMEM;
    if (flags & CLONE_THREAD)
        atomic_fetch_add_explicit(&u->group->refs, 1, memory_order_relaxed);
    struct caps *caps = atomic_load_explicit(&from->group->caps, memory_order_acquire);
    if (u->group != from->group && caps != NULL) {
        if ((caps = caps_copy(caps)) == NULL)
            return -ENOMEM;
        atomic_store_explicit(&u->group->caps, caps, memory_order_relaxed);
    }
    u->fs = flags & CLONE_FS ? fs_get(from->fs) : fs_copy(from->fs);
    u->files = flags & CLONE_FILES ? files_get(from->files) : files_copy(from->files);
    if (u->fs == NULL || u->files == NULL)
        return -ENOMEM;
    u->as = flags & CLONE_VM ? aspace_get(from->as) : aspace_fork(from->as);
    return u->as != NULL ? 0 : -ENOMEM;
}

static int copy_registers(struct user *u, const struct user *from, struct birth *b)
{
    user_unload();
    memcpy(u->hal, from->hal, hal_info.user_size);
    memcpy(u->name, from->name, sizeof(u->name));
    u->signals.blocked = from->signals.blocked;
    if ((b->flags & CLONE_VM) == 0 || (b->flags & CLONE_VFORK))
        u->signals.stack = from->signals.stack;
    u->clear_tid = b->flags & CLONE_CHILD_CLEARTID ? b->child_tid : 0;
    u->set_tid = b->flags & CLONE_CHILD_SETTID ? b->child_tid : 0;
    /* Where it is a descriptor it may be wrong, and the frame has nothing to do with it. */
    bool described = (b->flags & CLONE_SETTLS) && hal_info.tls_desc_size > 0;
    return described ? hal_user_set_tls(u->hal, current_user()->frame, b->tls, b->tls_desc) : 0;
}

/* The child is in the table, and NEW. Its frame is the caller's, with another result. */
static void fill_frame(struct user *u, const struct birth *b)
{
    struct hal_frame *f = u->frame;
    hal_frame_copy(f, current_user()->frame);
    hal_frame_set_result(f, 0);
    if (b->stack != 0)
        hal_frame_set_sp(f, b->stack);
    if ((b->flags & CLONE_SETTLS) && hal_info.tls_desc_size == 0)
        hal_user_set_tls(u->hal, f, b->tls, NULL);
}

/* RLIMIT_NPROC, which everybody may raise, and more than that: a fork bomb ends before the memory does. */
static bool too_many(struct group *g)
{
    return proc_count() >= min_u64(group_limit(g, RLIMIT_NPROC), group_procs_most());
}

static int check(struct birth *b, struct group *g)
{
    if (b->flags & ~(unsigned long)FLAGS_KNOWN)
        return -EINVAL;
    /* Signal handlers are the group's: shared with a thread, and with nobody else. */
    if ((b->flags & CLONE_THREAD) && (b->flags & FLAGS_OF_A_THREAD) != FLAGS_OF_A_THREAD)
        return -EINVAL;
    if (!(b->flags & CLONE_THREAD) && (b->flags & (CLONE_SIGHAND | CLONE_PARENT)))
        return -EINVAL;
    if ((b->flags & CLONE_SETTLS) && hal_info.tls_desc_size > 0 &&
        copy_from_user(b->tls_desc, b->tls, hal_info.tls_desc_size) != 0)
        return -EFAULT;
    return too_many(g) ? -EAGAIN : 0;
}

/*
 * What the parent in vfork() and the child share until the child has memory of its own. The parent does not
 * wait for a child that never gets there when it is itself to end: so neither can look at the other.
 */
struct vfork {
    atomic_uint refs;
    atomic_bool over;
    struct group *parent; /* referred to: woken through it */
};

static struct vfork *vfork_create(struct group *parent)
{
    struct vfork *v = kmalloc(sizeof(*v));
    if (v == NULL)
        return NULL;
    atomic_store_explicit(&v->refs, 2, memory_order_relaxed);
    atomic_store_explicit(&v->over, false, memory_order_relaxed);
    atomic_fetch_add_explicit(&parent->refs, 1, memory_order_relaxed);
    v->parent = parent;
    return v;
}

static void vfork_put(struct vfork *v, unsigned n)
{
    if (atomic_fetch_sub_explicit(&v->refs, n, memory_order_acq_rel) != n)
        return;
    group_put(v->parent);
    kfree(v);
}

void user_vfork_over(struct user *u)
{
    struct vfork *v = u->vforked;
    if (v == NULL)
        return;
    u->vforked = NULL;
    atomic_store_explicit(&v->over, true, memory_order_release);
    waitq_wake_all(&v->parent->changed);
    vfork_put(v, 1);
}

static void vfork_wait(struct vfork *v, const struct user *me)
{
    wait_event(&v->parent->changed,
               atomic_load_explicit(&v->over, memory_order_acquire) || group_asks_to_end(me));
    vfork_put(v, 1);
}

/* A signal came before there was a child: it is taken, and the call made again, whatever its action says. */
static long once_more(void)
{
    hal_frame_call_again(current_user()->frame);
    return SYSCALL_NO_RESULT;
}

static long clone(struct birth *b)
{
    struct user *me = current_user();
    struct vfork *v = NULL;
    int pid = check(b, me->group);
    if (pid < 0)
        return pid;
    group_bury_threads();
    if ((b->flags & CLONE_VFORK) && (v = vfork_create(me->group)) == NULL)
        return -ENOMEM;
    struct user *u = user_alloc();
    if (u == NULL) {
        if (v != NULL)
            vfork_put(v, 2);
        return -ENOMEM;
    }
    pid = share_or_copy(u, me, b->flags);
    if (pid == 0)
        pid = copy_registers(u, me, b);
    if (pid == 0)
        pid = proc_create(u, me->group->leader, current()->name, first, u);
    if (pid < 0) {
        user_free(u);
        if (v != NULL)
            vfork_put(v, 2);
        return pid == -EINTR ? once_more() : pid;
    }
    fill_frame(u, b);
    u->vforked = v;
    if (b->flags & CLONE_PARENT_SETTID)
        (void)copy_to_user(b->parent_tid, &pid, sizeof(pid));
    sched_start(u->proc);
    if (v != NULL)
        vfork_wait(v, me);
    return pid;
}

long sys_clone(const unsigned long a[6])
{
    struct birth b = { .flags = a[0], .stack = a[1], .parent_tid = a[2], .tls = a[3], .child_tid = a[4] };
    return clone(&b);
}

long sys_fork(const unsigned long a[6])
{
    (void)a;
    struct birth b = { .flags = 0 };
    return clone(&b);
}

long sys_vfork(const unsigned long a[6])
{
    (void)a;
    struct birth b = { .flags = CLONE_VM | CLONE_VFORK };
    return clone(&b);
}
