/*
 * kernel/file.h - open files: what a descriptor refers to, and what the kernel itself reads.
 *
 * A file is counted: each descriptor is a reference, and each call that is at work with it while others could
 * close it. So one that is closed while another thread reads it lives until that read is over.
 */
#pragma once
#include <kernel/files.h>
#include <kernel/inode.h>
#include <kernel/kassert.h>
#include <kernel/mutex.h>
#include <kernel/path.h>
#include <kernel/uio.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a kind of file does. Thread, no lock of the core held; sleeps, and a signal ends that: -EINTR. */
struct file_ops {
    /* Bytes moved, or -E...; *position is moved with them, if the file has one. NULL: -EINVAL */
    long (*read)(struct file *f, struct uio *u, uint64_t *position);
    long (*write)(struct file *f, struct uio *u, uint64_t *position);
    long (*ioctl)(struct file *f, unsigned cmd, uintptr_t arg); /* NULL: -ENOTTY */
    unsigned (*poll)(struct file *f);                           /* POLL...; NULL: readable and writable */
    void (*release)(struct file *f);                            /* The last reference is gone. May be NULL */
};

enum {
    FILE_STREAM = 1,   /* has no position: no seeking, and calls need not wait for each other */
    FILE_READABLE = 2, /* how it was opened */
    FILE_WRITABLE = 4,
};

struct file {
    atomic_uint refs;
    atomic_uint flags; /* O_APPEND, O_NONBLOCK: fcntl() changes them */
    const struct file_ops *ops;
    struct inode *inode; /* a reference */
    void *data;          /* ops' */
    unsigned kind;       /* FILE_... bits. Fixed after opening */
    unsigned opened;     /* flags of open() that stay: not O_CREAT, O_APPEND... */
    struct mutex lock;   /* for position, over a whole read or write */
    uint64_t position;
};

/* Thread. A file on i, which gets a reference, with flags of open(). NULL: no memory. */
struct file *file_create(struct inode *i, unsigned flags);
/* Any context; the caller has a reference. Returns f. */
static inline struct file *file_get(struct file *f)
{
    unsigned refs = atomic_fetch_add_explicit(&f->refs, 1, memory_order_relaxed);
    KASSERT(refs > 0);
    return f;
}

void file_release(struct file *f); /* For file_put(): that was the last reference. */

/* Thread, no lock held; may sleep. NULL is allowed. */
static inline void file_put(struct file *f)
{
    if (f != NULL && atomic_fetch_sub_explicit(&f->refs, 1, memory_order_acq_rel) == 1)
        file_release(f);
}

/*
 * Thread; sleeps. path is in kernel memory, mode with the umask taken off for O_CREAT. NULL: *error is -E...
 */
struct file *file_open(const char *path, int flags, unsigned mode, int *error);
/* The same, from directory dir on (NULL: the working directory). */
struct file *file_open_at(struct inode *dir, const char *path, int flags, unsigned mode, int *error);

/* Thread; sleeps. At the file's position. Bytes moved, or -E...; SIGPIPE is sent where it has to be. */
long file_read(struct file *f, struct uio *u);
long file_write(struct file *f, struct uio *u);
/* The same at a place of the caller's; -ESPIPE if the file has none. */
long file_pread(struct file *f, struct uio *u, uint64_t offset);
long file_pwrite(struct file *f, struct uio *u, uint64_t offset);
/* The same into or out of the kernel's memory. */
long file_read_at(struct file *f, void *to, size_t n, uint64_t offset);
long file_write_at(struct file *f, const void *from, size_t n, uint64_t offset);
/* Thread; sleeps. The new position, or -EINVAL, -ESPIPE, -EOVERFLOW. whence: SEEK_... */
int64_t file_seek(struct file *f, int64_t offset, int whence);
int file_truncate(struct file *f, uint64_t size);

/* Thread; sleeps. Bytes that are in it. */
uint64_t file_size(struct file *f);

/* Any context. For aspace_map(), which takes a reference of its own. NULL: cannot be mapped. */
struct area_source *file_source(struct file *f);
/* Thread. 0, or -EACCES: no regular file, or none that may be executed. */
int file_may_execute(struct file *f);

/* Any context. O_APPEND, O_NONBLOCK as they are now. */
static inline unsigned file_flags(struct file *f)
{
    return atomic_load_explicit(&f->flags, memory_order_relaxed);
}
