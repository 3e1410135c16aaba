/*
 * pipe.c - pipes.
 *
 * All of a pipe is under the lock of those who wait for it. As a rule the bytes of a call are in one page,
 * and are copied with that lock held. When it takes more, page faults perhaps, whoever copies marks the end
 * as busy and lets the lock go: so what is written in one piece stays in one piece.
 */
#include <kernel/file.h>
#include <kernel/kmalloc.h>
#include <kernel/pipe.h>
#include <kernel/poll.h>
#include <kernel/signal.h>
#include <kernel/uaccess_short.h>
#include <kernel/waitq_hand.h>
#include <lib/string.h>
#include <lib/util.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <uapi/limits.h>
#include <uapi/poll.h>
#include <uapi/signal.h>

enum { PIPE_DEVICE = 2 };

/* Where bytes go in, or come out. */
struct end {
    atomic_size_t moved; /* so many bytes, ever; read without the lock too, */
    atomic_bool open;    /*   as is this */
    bool busy;           /* somebody moves bytes here without the lock, and nobody else does */
    struct mutex lock;   /* who that is, or will be next */
};

struct pipe {
    struct inode inode;
    struct waitq waiters; /* for anything to change. Its lock: */
    struct end in, out;
    char *ring;
};

static struct pipe *pipe_of(const struct file *f)
{
    return container_of(f->inode, struct pipe, inode);
}

static size_t moved(const struct end *e)
{
    return atomic_load_explicit(&e->moved, memory_order_relaxed);
}

static bool is_open(const struct end *e)
{
    return atomic_load_explicit(&e->open, memory_order_relaxed);
}

/* Bytes that can be moved at this end: that are there, or that there is room for. Not locked: a guess. */
static inline size_t ready(const struct pipe *p, const struct end *e)
{
    size_t fill = moved(&p->in) - moved(&p->out);
    return e == &p->in ? PIPE_SIZE - fill : fill;
}

/* Locked; lets the lock go. n bytes were moved at e. */
static void unlock_moved(struct pipe *p, struct end *e, size_t n, unsigned long s)
{
    atomic_store_explicit(&e->moved, moved(e) + n, memory_order_relaxed);
    waitq_unlock_wake_few(&p->waiters, s);
    poll_wake();
}

/* Moves n bytes, if they are in one piece here and there, and nobody is in the way. */
SCHED_INLINE bool move_few(struct pipe *p, struct end *e, struct uio *u, size_t n)
{
    unsigned long s;
    char *bytes = uio_lock_few(u, n, e == &p->in ? PROT_R : PROT_W, &s);
    if (bytes == NULL)
        return false;
    spin_lock_raw(&p->waiters.lock);
    size_t at = moved(e) % PIPE_SIZE;
    bool possible = !e->busy && n <= ready(p, e) && n <= PIPE_SIZE - at;
    if (__builtin_expect(!possible, 0)) {
        uio_unlock_few(u, 0);
        spin_unlock(&p->waiters.lock, s);
        return false;
    }
    if (e == &p->in)
        memcpy(p->ring + at, bytes, n);
    else
        memcpy(bytes, p->ring + at, n);
    uio_unlock_few(u, n);
    unlock_moved(p, e, n, s);
    return true;
}

static int copy_piece(struct pipe *p, const struct end *e, struct uio *u, size_t at, size_t n)
{
    return e == &p->in ? uio_get(u, p->ring + at, n) : uio_put(u, p->ring + at, n);
}

/* e is busy. Copies n bytes: two pieces, where the ring begins anew before it is all. */
static int copy(struct pipe *p, const struct end *e, struct uio *u, size_t n)
{
    struct uio before = *u;
    size_t at = moved(e) % PIPE_SIZE;
    size_t first = min_size(n, PIPE_SIZE - at);
    int error = copy_piece(p, e, u, at, first);
    if (error == 0 && first < n)
        error = copy_piece(p, e, u, 0, n - first);
    if (error != 0)
        *u = before;
    return error;
}

/* Moves as much as can be moved, but at least `least` bytes or none, however many pieces it takes. */
static __attribute__((noinline)) long move_any(struct pipe *p, struct end *e, struct uio *u, size_t least)
{
    long result = 0;
    if (mutex_lock_killable(&e->lock) != 0)
        return -EINTR;
    unsigned long s = spin_lock(&p->waiters.lock);
    size_t n = min_size(ready(p, e), u->left);
    e->busy = n >= least;
    spin_unlock(&p->waiters.lock, s);
    if (n >= least) {
        int error = copy(p, e, u, n);
        result = error == 0 ? (long)n : error;
        s = spin_lock(&p->waiters.lock);
        e->busy = false;
        unlock_moved(p, e, error == 0 ? n : 0, s);
    }
    mutex_unlock(&e->lock);
    return result;
}

/* The same, the shortest way. */
SCHED_INLINE long move(struct pipe *p, struct end *e, struct uio *u, size_t least)
{
    size_t n = min_size(ready(p, e), u->left);
    if (n < least)
        return 0;
    return move_few(p, e, u, n) ? (long)n : move_any(p, e, u, least);
}

/*
 * Sleeps until something changes, unless so many bytes can be moved. 0: look again. Else they cannot be, and
 * -EPIPE: the other end is closed; or -EAGAIN or -EINTR.
 */
SCHED_INLINE int wait_ready(struct file *f, struct pipe *p, const struct end *e, size_t least)
{
    unsigned long s = spin_lock(&p->waiters.lock);
    bool enough = ready(p, e) >= least, open = is_open(e == &p->in ? &p->out : &p->in);
    if (!enough && open && (file_flags(f) & O_NONBLOCK) == 0) {
        int result = waitq_unlock_wait_killable(&p->waiters);
        hal_irq_restore(s);
        return result;
    }
    spin_unlock(&p->waiters.lock, s);
    return enough ? 0 : open ? -EAGAIN : -EPIPE;
}

static long pipe_read(struct file *f, struct uio *u, uint64_t *position)
{
    struct pipe *p = pipe_of(f);
    long n = 0;
    (void)position;
    while (u->left > 0 && n == 0) {
        n = move(p, &p->out, u, 1);
        if (n == 0)
            n = wait_ready(f, p, &p->out, 1);
    }
    return n == -EPIPE ? 0 : n;
}

/* To the thread that wrote: kill() would not find it, unless it is the first of its process. */
static void broken(void)
{
    if (current_user() != NULL)
        signal_send_to_thread(0, current()->pid, SIGPIPE);
}

static long pipe_write(struct file *f, struct uio *u, uint64_t *position)
{
    struct pipe *p = pipe_of(f);
    size_t least = u->left <= PIPE_BUF ? u->left : 1;
    long done = 0, n = 0;
    (void)position;
    while (u->left > 0 && n >= 0) {
        n = is_open(&p->out) ? move(p, &p->in, u, least) : -EPIPE;
        if (n > 0)
            done += n;
        else if (n == 0)
            n = wait_ready(f, p, &p->in, least);
    }
    if (n == -EPIPE)
        broken();
    return done > 0 ? done : n;
}

static unsigned pipe_poll(struct file *f)
{
    struct pipe *p = pipe_of(f);
    unsigned is = 0;
    unsigned long s = spin_lock(&p->waiters.lock);
    if ((f->kind & FILE_READABLE) != 0) {
        if (!is_open(&p->in))
            is |= POLLHUP;
        if (ready(p, &p->out) > 0)
            is |= POLLIN;
    }
    if ((f->kind & FILE_WRITABLE) != 0) {
        if (!is_open(&p->out))
            is |= POLLERR;
        if (ready(p, &p->in) >= PIPE_BUF)
            is |= POLLOUT;
    }
    spin_unlock(&p->waiters.lock, s);
    return is;
}

static void pipe_release(struct file *f)
{
    struct pipe *p = pipe_of(f);
    struct end *e = (f->kind & FILE_READABLE) != 0 ? &p->out : &p->in;
    unsigned long s = spin_lock(&p->waiters.lock);
    atomic_store_explicit(&e->open, false, memory_order_relaxed);
    unlock_moved(p, e, 0, s);
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
    waitq_init(&p->waiters, "pipe");
    mutex_init(&p->in.lock, "writers to a pipe");
    mutex_init(&p->out.lock, "readers of a pipe");
    atomic_init(&p->in.open, true);
    atomic_init(&p->out.open, true);
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
