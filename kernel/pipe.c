/*
 * pipe.c - pipes.
 *
 * The mutex is held while bytes are copied, so that what is written in one piece stays in one piece. It is
 * not needed to see whether there is something: `in` and `out` are atomic, and who waits looks at them.
 */
#include <kernel/file.h>
#include <kernel/kmalloc.h>
#include <kernel/pipe.h>
#include <kernel/poll.h>
#include <kernel/signal.h>
#include <kernel/user.h>
#include <kernel/waitq.h>
#include <lib/util.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <uapi/limits.h>
#include <uapi/poll.h>
#include <uapi/signal.h>

enum { PIPE_DEVICE = 2 };

struct pipe {
    struct inode inode;
    struct mutex lock;
    struct waitq waiters;         /* for anything to change */
    atomic_uint in, out;          /* bytes ever written and read. Changed under the lock */
    atomic_uint readers, writers; /* open files: 1 or 0 */
    char *ring;
};

static struct pipe *pipe_of(const struct file *f)
{
    return container_of(f->inode, struct pipe, inode);
}

static unsigned fill_of(const struct pipe *p)
{
    return atomic_load_explicit(&p->in, memory_order_acquire) -
           atomic_load_explicit(&p->out, memory_order_acquire);
}

static bool is_open(const atomic_uint *end)
{
    return atomic_load_explicit(end, memory_order_acquire) != 0;
}

static void changed(struct pipe *p)
{
    waitq_wake_all(&p->waiters);
    poll_wake();
}

typedef int copy_fn(struct uio *u, char *ring, size_t n);

static int copy_out(struct uio *u, char *ring, size_t n)
{
    return uio_put(u, ring, n);
}

static int copy_in(struct uio *u, char *ring, size_t n)
{
    return uio_get(u, ring, n);
}

/* Locked. From `at` on, where the ring wraps before it is all. */
static __attribute__((noinline)) int copy_two(struct uio *u, char *ring, size_t at, size_t n, copy_fn *fn)
{
    struct uio before = *u;
    size_t first = PIPE_SIZE - at;
    int error = fn(u, ring + at, first);
    if (error == 0)
        error = fn(u, ring, n - first);
    if (error != 0)
        *u = before;
    return error;
}

/* Locked. n bytes from where `counter` is in the ring. */
static inline int copy(struct pipe *p, struct uio *u, atomic_uint *counter, size_t n, copy_fn *fn)
{
    unsigned counted = atomic_load_explicit(counter, memory_order_relaxed);
    size_t at = counted % PIPE_SIZE;
    int error = n <= PIPE_SIZE - at ? fn(u, p->ring + at, n) : copy_two(u, p->ring, at, n, fn);
    if (error == 0)
        atomic_store_explicit(counter, counted + (unsigned)n, memory_order_release);
    return error;
}

/* What is there, at once. 0: nothing */
static long read_some(struct pipe *p, struct uio *u)
{
    if (fill_of(p) == 0)
        return 0;
    if (mutex_lock_killable(&p->lock) != 0)
        return -EINTR;
    size_t n = min_size(fill_of(p), u->left);
    int error = n == 0 ? 0 : copy(p, u, &p->out, n, copy_out);
    mutex_unlock(&p->lock);
    if (error == 0 && n > 0)
        changed(p);
    return error != 0 ? error : (long)n;
}

static long pipe_read(struct file *f, struct uio *u, uint64_t *position)
{
    struct pipe *p = pipe_of(f);
    (void)position;
    while (u->left > 0) {
        bool open = is_open(&p->writers); /* before looking: what was written last is read */
        long n = read_some(p, u);
        if (n != 0)
            return n;
        if (!open)
            break;
        if ((file_flags(f) & O_NONBLOCK) != 0)
            return -EAGAIN;
        if (wait_event_killable(&p->waiters, fill_of(p) > 0 || !is_open(&p->writers)) != 0)
            return -EINTR;
    }
    return 0;
}

/* As much as there is room for, but at least `least` bytes or none. */
static long write_some(struct pipe *p, struct uio *u, size_t least)
{
    if (mutex_lock_killable(&p->lock) != 0)
        return -EINTR;
    size_t n = min_size(PIPE_SIZE - fill_of(p), u->left);
    if (n < least)
        n = 0;
    int error = n == 0 ? 0 : copy(p, u, &p->in, n, copy_in);
    mutex_unlock(&p->lock);
    if (error == 0 && n > 0)
        changed(p);
    return error != 0 ? error : (long)n;
}

static long broken(void)
{
    if (current_user() != NULL)
        signal_send(current()->pid, SIGPIPE);
    return -EPIPE;
}

static long pipe_write(struct file *f, struct uio *u, uint64_t *position)
{
    struct pipe *p = pipe_of(f);
    size_t least = u->left <= PIPE_BUF ? u->left : 1;
    long done = 0, n = 0;
    (void)position;
    while (u->left > 0 && n >= 0) {
        n = is_open(&p->readers) ? write_some(p, u, least) : broken();
        if (n > 0)
            done += n;
        if (n != 0)
            continue;
        if ((file_flags(f) & O_NONBLOCK) != 0)
            n = -EAGAIN;
        else
            n = wait_event_killable(&p->waiters, PIPE_SIZE - fill_of(p) >= least || !is_open(&p->readers));
    }
    return done > 0 ? done : n;
}

static unsigned pipe_poll(struct file *f)
{
    struct pipe *p = pipe_of(f);
    unsigned ready = 0;
    if ((f->kind & FILE_READABLE) != 0) {
        if (!is_open(&p->writers))
            ready |= POLLHUP;
        if (fill_of(p) > 0)
            ready |= POLLIN;
    }
    if ((f->kind & FILE_WRITABLE) != 0) {
        if (!is_open(&p->readers))
            ready |= POLLERR;
        if (PIPE_SIZE - fill_of(p) >= PIPE_BUF)
            ready |= POLLOUT;
    }
    return ready;
}

static void pipe_release(struct file *f)
{
    struct pipe *p = pipe_of(f);
    atomic_store_explicit((f->kind & FILE_READABLE) != 0 ? &p->readers : &p->writers, 0,
                          memory_order_release);
    changed(p);
}

static const struct file_ops pipe_file_ops = {
    .read = pipe_read,
    .write = pipe_write,
    .poll = pipe_poll,
    .release = pipe_release,
};

static void pipe_free(struct inode *i)
{
    struct pipe *p = container_of(i, struct pipe, inode);
    kfree(p->ring);
    kfree(p);
}

static const struct inode_ops pipe_inode_ops = { .free = pipe_free };

static struct pipe *make(void)
{
    static atomic_uint number;
    struct pipe *p = kzalloc(sizeof(*p));
    if (p == NULL)
        return NULL;
    p->ring = kmalloc(PIPE_SIZE);
    if (p->ring == NULL) {
        kfree(p);
        return NULL;
    }
    inode_init(&p->inode, &pipe_inode_ops, S_IFIFO | 0600,
               atomic_fetch_add_explicit(&number, 1, memory_order_relaxed) + 1);
    p->inode.device = PIPE_DEVICE;
    p->inode.links = 1;
    mutex_init(&p->lock, "pipe");
    waitq_init(&p->waiters, "pipe waiters");
    atomic_init(&p->readers, 1);
    atomic_init(&p->writers, 1);
    return p;
}

static struct file *make_end(struct pipe *p, unsigned flags)
{
    struct file *f = file_create(&p->inode, flags);
    if (f != NULL) {
        f->ops = &pipe_file_ops;
        f->kind |= FILE_STREAM;
    }
    return f;
}

int pipe_create(struct file **reader, struct file **writer, unsigned flags)
{
    struct pipe *p = make();
    if (p == NULL)
        return -ENOMEM;
    *reader = make_end(p, O_RDONLY | (flags & O_NONBLOCK));
    *writer = *reader == NULL ? NULL : make_end(p, O_WRONLY | (flags & O_NONBLOCK));
    if (*writer == NULL)
        file_put(*reader);
    inode_put(&p->inode); /* each end has a reference of its own */
    return *writer == NULL ? -ENOMEM : 0;
}
