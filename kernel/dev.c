/*
 * dev.c - devices: those without hardware, and which numbers are whose. They are Linux's, where 240 is left
 * to local use.
 */
#include <kernel/dev.h>
#include <kernel/file.h>
#include <kernel/monitor.h>
#include <kernel/proc.h>
#include <kernel/random.h>
#include <kernel/tty.h>
#include <lib/util.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>

enum { PIECE = 64, ZERO_PIECE = 65536 };

static long no_bytes(struct file *f, struct uio *u, uint64_t *position)
{
    (void)f;
    (void)u;
    (void)position;
    return 0;
}

static long swallow(struct file *f, struct uio *u, uint64_t *position)
{
    (void)f;
    (void)position;
    return (long)u->left;
}

static long no_room(struct file *f, struct uio *u, uint64_t *position)
{
    (void)f;
    (void)u;
    (void)position;
    return -ENOSPC;
}

/* However much is asked for, who is told to end does. */
static long read_zeros(struct file *f, struct uio *u, uint64_t *position)
{
    long done = 0;
    (void)f;
    (void)position;
    while (u->left > 0 && !(done > 0 && proc_killed())) {
        size_t n = min_size(u->left, ZERO_PIECE);
        int error = uio_zero(u, n);
        if (error != 0)
            return done > 0 ? done : error;
        done += (long)n;
    }
    return done;
}

static long read_random(struct file *f, struct uio *u, uint64_t *position)
{
    long done = 0;
    (void)f;
    (void)position;
    while (u->left > 0 && !(done > 0 && proc_killed())) {
        unsigned char piece[PIECE];
        size_t n = min_size(u->left, sizeof(piece));
        random_bytes(piece, n);
        int error = uio_put(u, piece, n);
        if (error != 0)
            return done > 0 ? done : error;
        done += (long)n;
    }
    return done;
}

static const struct file_ops null_ops = { .read = no_bytes, .write = swallow };
static const struct file_ops zero_ops = { .read = read_zeros, .write = swallow };
static const struct file_ops full_ops = { .read = read_zeros, .write = no_room };
static const struct file_ops random_ops = { .read = read_random, .write = swallow };

static int open_line(struct file *f, bool noctty)
{
    return tty_open_line(f, !noctty);
}

static int open_own(struct file *f, bool noctty)
{
    (void)noctty;
    return tty_open_own(f);
}

static int open_console(struct file *f, bool noctty)
{
    (void)noctty;
    return tty_open(f);
}

static const struct {
    const char *path;
    uint32_t number;
    const struct file_ops *ops; /* or else: */
    int (*open)(struct file *f, bool noctty);
} devices[] = {
    { "/dev/null", INODE_DEVICE(1, 3), &null_ops, NULL },
    { "/dev/zero", INODE_DEVICE(1, 5), &zero_ops, NULL },
    { "/dev/full", INODE_DEVICE(1, 7), &full_ops, NULL },
    { "/dev/random", INODE_DEVICE(1, 8), &random_ops, NULL },
    { "/dev/urandom", INODE_DEVICE(1, 9), &random_ops, NULL },
    { "/dev/ttyS0", INODE_DEVICE(4, 64), NULL, open_line },
    { "/dev/tty", INODE_DEVICE(5, 0), NULL, open_own },
    { "/dev/console", INODE_DEVICE(5, 1), NULL, open_console },
    { "/dev/monitor", INODE_DEVICE(240, 0), &monitor_file_ops, NULL },
};

int dev_open(struct inode *i, struct file *f)
{
    for (unsigned d = 0; d < ARRAY_SIZE(devices); d++) {
        if (devices[d].number != i->rdev)
            continue;
        if (devices[d].ops == NULL)
            return devices[d].open(f, (f->opened & O_NOCTTY) != 0);
        f->ops = devices[d].ops;
        f->kind |= FILE_STREAM;
        return 0;
    }
    return -ENXIO;
}

int dev_init(void)
{
    int error = path_mkdir(NULL, "/dev", 0755);
    for (unsigned d = 0; d < ARRAY_SIZE(devices) && (error == 0 || error == -EEXIST); d++)
        error = path_mknod(NULL, devices[d].path, S_IFCHR | 0666, devices[d].number);
    return error == -EEXIST ? 0 : error;
}
