/*
 * kernel/files.h - descriptors: the table of a program's open files.
 *
 * Threads of one program share it, and it is counted. Its lock is held for moments; who uses a file has a
 * reference of his own to it, but for reads and writes in a table that nobody shares: sys_file_begin().
 */
#pragma once
#include <kernel/mutex.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room of a new table; RLIMIT_NOFILE of the first program; and what that can be raised to. */
enum { FILES_FIRST = 32, FILES_USUAL = 256, FILES_MOST = 1024 };

struct file;

struct files {
    atomic_uint refs;
    struct mutex lock;
    struct file **file;                  /* room of them; NULL: free */
    unsigned room;
    unsigned used;                       /* from here on all are free */
    uint32_t close_exec[FILES_MOST / 32]; /* a bit each */
};

/* Thread; all may sleep. NULL: no memory. */
struct files *files_create(void);
struct files *files_get(struct files *t); /* Any context. */
void files_put(struct files *t);          /* No lock held. The last one closes all. */
struct files *files_copy(struct files *t); /* The same files at the same numbers, for fork(). */
void files_close_exec(struct files *t);    /* Closes what is marked so. */

/*
 * Thread; sleeps. The lowest free number from `from` on becomes f's, whose reference the table takes over.
 * flags: O_CLOEXEC or 0. The number, which is below RLIMIT_NOFILE; or -EMFILE, -ENOMEM: the reference is
 * still the caller's.
 */
int files_install_from(struct files *t, struct file *f, unsigned flags, unsigned from);
int files_install(struct files *t, struct file *f, unsigned flags);
/* The same at number fd; what was there is closed. fd, or -EBADF, -ENOMEM. */
int files_install_at(struct files *t, struct file *f, unsigned flags, unsigned fd);

/* Thread that uses t. Does anybody else? If not, nobody else will, unless the caller forks. */
static inline bool files_are_shared(struct files *t)
{
    return atomic_load_explicit(&t->refs, memory_order_acquire) != 1;
}

/* Thread; locked, or not shared. What fd refers to; NULL: nothing. */
static inline struct file *files_at(const struct files *t, unsigned fd)
{
    return fd < t->room ? t->file[fd] : NULL;
}

/* Thread; sleeps. What fd refers to, with a reference for the caller; NULL: nothing. */
struct file *files_lookup(struct files *t, unsigned fd);
int files_close(struct files *t, unsigned fd); /* 0 or -EBADF */
/* FD_CLOEXEC or 0, or -EBADF; set: 0 or -EBADF. */
int files_get_flags(struct files *t, unsigned fd);
int files_set_flags(struct files *t, unsigned fd, unsigned flags);
