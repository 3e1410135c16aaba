/*
 * kernel/inode.h - inodes: what a name in a directory stands for.
 *
 * Counted references: each directory entry is one, each open file, each working directory. A directory holds
 * one on its parent. Who lets the last one go frees it.
 *
 * All names of the machine are guarded by one mutex, tree_lock(): looking up, making, removing and renaming
 * are whole. It may be held while memory of a program is touched: what a page fault needs is inode->lock.
 * Order: tree, inode->writer, a program's address space, inode->lock.
 */
#pragma once
#include <kernel/aspace.h>
#include <kernel/mutex.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uapi/stat.h>

struct inode;
struct file;
struct uio;

/* Called for each entry: no more of them if it returns false. type: DT_... */
typedef bool dir_emit(void *ctx, const char *name, size_t len, uint64_t ino, unsigned type, uint64_t next);

/* What is to be made. */
struct inode_new {
    unsigned mode;    /* S_IF..., permissions */
    uint32_t device;  /* of a device node */
    const char *text; /* of a symbolic link */
};

/* What a file system does. Thread; sleeps. NULL: -ENOTDIR, -EPERM or -EINVAL, as fits. */
struct inode_ops {
    /* Tree locked. *found is one reference more. -ENOENT */
    int (*lookup)(struct inode *dir, const char *name, size_t len, struct inode **found);
    /* Tree locked. Entries from *position on, which it moves; `.` and `..` are the caller's. 0 or -ENOMEM */
    int (*list)(struct inode *dir, uint64_t *position, dir_emit *emit, void *ctx);
    /* Tree locked; dir has no such name and is not removed. *made is one reference more. -ENOMEM, -ENOSPC */
    int (*create)(struct inode *dir, const char *name, size_t len, const struct inode_new *what,
                  struct inode **made);
    /* The same for one more name of i, which is no directory. */
    int (*link)(struct inode *dir, const char *name, size_t len, struct inode *i);
    /* Tree locked; dir has that name, and it is i. Directories are empty: -ENOTEMPTY */
    int (*remove)(struct inode *dir, const char *name, size_t len, struct inode *i);
    /*
     * Tree locked; both are of this file system; `to` has no such name, or it is `old` and may be replaced.
     */
    int (*rename)(struct inode *from, const char *name, size_t len, struct inode *to, const char *to_name,
                  size_t to_len, struct inode *old);
    /* A link that leads to another place: its text without 0, at most size bytes. How many, or -E... */
    long (*readlink)(struct inode *i, char *text, size_t size);
    int (*truncate)(struct inode *i, uint64_t size); /* No lock held. */
    /* For mappings: how many of n bytes there were, fewer at the end; or -ENOMEM, -EIO. NULL: no mappings */
    int (*read_at)(struct inode *i, uint64_t offset, void *to, size_t n);
    /* A file on i is being opened: sets f->ops, f->data. NULL: of directories and links */
    int (*open)(struct inode *i, struct file *f);
    void (*free)(struct inode *i); /* The last reference is gone. Frees what it has, and i itself. */
};

struct inode {
    /* fixed after creation */
    const struct inode_ops *ops;
    uint32_t device; /* which file system: st_dev */
    uint32_t rdev;   /* of a device node: INODE_DEVICE(major, minor) */
    uint64_t number;
    struct area_source source; /* for mappings: holds a reference while somebody has it */

    atomic_uint refs;

    struct mutex writer; /* one at a time changes the contents */
    struct mutex lock;   /* held for moments: size, and where its pages are */
    uint64_t size;       /* both to change it, one to read it */

    /* tree */
    unsigned mode; /* S_IF..., permissions */
    uint32_t uid, gid;
    unsigned links;       /* entries that name it; of a directory, and subdirectories */
    struct inode *parent; /* of a directory: a reference. Of a root: NULL */

    /* lock */
    uint64_t accessed, modified, changed; /* nanoseconds, clock_uptime_ns() */
};

#define INODE_DEVICE(major, minor) ((uint32_t)(major) << 8 | (uint32_t)(minor))
#define INODE_MAJOR(device)        ((device) >> 8)
#define INODE_MINOR(device)        ((device)&0xff)

/* Thread. A new inode, all zero before: one reference, no links, times now, root's. */
void inode_init(struct inode *i, const struct inode_ops *ops, unsigned mode, uint64_t number);
/* Any context; the caller has a reference. Returns i. */
struct inode *inode_get(struct inode *i);
/* Thread, no spinlock held, none of i's locks; may sleep. NULL is allowed. */
void inode_put(struct inode *i);

/* Thread; no lock held. The names of the machine. */
void tree_lock(void);
void tree_unlock(void);

static inline bool inode_is_dir(const struct inode *i)
{
    return S_ISDIR(i->mode);
}
/* Any context. DT_... of a mode. */
static inline unsigned inode_type(unsigned mode)
{
    return (mode & S_IFMT) >> 12;
}
/* Thread, no lock of i's held; sleeps. Modified now. */
void inode_touch(struct inode *i);
/* Thread, no lock held; sleeps. What stat() tells. */
struct inode_stat {
    uint32_t device, rdev, uid, gid;
    uint64_t number, size;
    unsigned mode, links;
    uint64_t accessed, modified, changed;
};
void inode_stat(struct inode *i, struct inode_stat *st);
