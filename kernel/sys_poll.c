/*
 * sys_poll.c - system calls: waiting for any of several files.
 *
 * The files are looked up once, and kept; whoever becomes ready wakes all who wait in such a call, and they
 * look again. What poll() of a file does takes no more than a spinlock, as a condition has to.
 */
#include <kernel/clock.h>
#include <kernel/files.h>
#include <kernel/kmalloc.h>
#include <kernel/poll.h>
#include <kernel/signal.h>
#include <kernel/sys.h>
#include <kernel/sys_arg.h>
#include <kernel/uaccess.h>
#include <kernel/user_time.h>
#include <uapi/errno.h>
#include <uapi/poll.h>

enum { FILES_POLLED_MOST = FILES_MOST };

struct waitq poll_waiters = WAITQ_INIT(poll_waiters, "poll");

struct polled {
    struct pollfd fd;
    struct file *file;
};

static short ready(const struct polled *p)
{
    unsigned events = POLLIN | POLLOUT;
    if (p->fd.fd < 0)
        return 0;
    if (p->file == NULL)
        return POLLNVAL;
    if (p->file->ops->poll != NULL)
        events = p->file->ops->poll(p->file);
    return (short)(events & ((unsigned)p->fd.events | POLLERR | POLLHUP));
}

/* How many of them are ready. */
static unsigned look(struct polled *p, unsigned n)
{
    unsigned count = 0;
    for (unsigned i = 0; i < n; i++) {
        p[i].fd.revents = ready(&p[i]);
        count += p[i].fd.revents != 0;
    }
    return count;
}

static int get_all(struct polled *p, unsigned n, uintptr_t at)
{
    for (unsigned i = 0; i < n; i++) {
        if (copy_from_user(&p[i].fd, at + i * sizeof(struct pollfd), sizeof(struct pollfd)) != 0)
            return -EFAULT;
        if (p[i].fd.fd >= 0)
            p[i].file = sys_file((unsigned long)p[i].fd.fd);
    }
    return 0;
}

static int put_all(const struct polled *p, unsigned n, uintptr_t at)
{
    for (unsigned i = 0; i < n; i++) {
        if (copy_to_user(at + i * sizeof(struct pollfd), &p[i].fd, sizeof(struct pollfd)) != 0)
            return -EFAULT;
    }
    return 0;
}

/* Until counter value `when`. */
static long do_poll(uintptr_t at, unsigned long n, uint64_t when)
{
    unsigned count = 0;
    if (n > FILES_POLLED_MOST)
        return -EINVAL;
    struct polled *p = kzalloc(n * sizeof(*p));
    if (p == NULL)
        return -ENOMEM;
    long result = get_all(p, (unsigned)n, at);
    if (result == 0) {
        int error;
        do {
            error = wait_event_killable_timeout(&poll_waiters, (count = look(p, (unsigned)n)) > 0, when);
        } while (error == -EINTR && signal_pass());
        result = error == -EINTR ? error : put_all(p, (unsigned)n, at);
    }
    for (unsigned i = 0; i < n; i++)
        file_put(p[i].file);
    kfree(p);
    return result == 0 ? (long)count : result;
}

long sys_poll(const unsigned long a[6])
{
    int ms = (int)a[2];
    return do_poll(a[0], a[1], ms < 0 ? WAIT_FOR_EVER : clock_in_ms((unsigned)ms));
}

/*
 * Other signals are blocked while it waits. A handler that ends the wait runs before they are as they were.
 */
static long poll_masked(uintptr_t at, unsigned long n, uint64_t when, uint64_t mask)
{
    signal_mask(mask);
    long result = do_poll(at, n, when);
    signal_unmask(result == -EINTR);
    return result;
}

static long poll_until(const unsigned long a[6], bool wide)
{
    uint64_t when = WAIT_FOR_EVER, mask;
    if (a[2] != 0) {
        uint64_t ns;
        int error = user_time_get(a[2], wide, &ns);
        if (error != 0)
            return error;
        when = clock_in_ns(ns);
    }
    if (a[3] == 0)
        return do_poll(a[0], a[1], when);
    if (a[4] != sizeof(mask))
        return -EINVAL;
    if (copy_from_user(&mask, a[3], sizeof(mask)) != 0)
        return -EFAULT;
    return poll_masked(a[0], a[1], when, mask);
}

long sys_ppoll(const unsigned long a[6])
{
    return poll_until(a, false);
}

long sys_ppoll_time64(const unsigned long a[6])
{
    return poll_until(a, true);
}
