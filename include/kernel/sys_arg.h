/* kernel/sys_arg.h - arguments of the calls about files: descriptors, paths, directories, offsets. */
#pragma once
#include <hal/info.h>
#include <kernel/file.h>
#include <kernel/uio.h>
#include <kernel/user.h>
#include <stdint.h>

/* Bytes that one read or write moves at most: as on Linux, what a positive int can say in whole pages. */
#define SYS_MOVE_MOST 0x7ffff000ul

/* All: thread of a program, no lock held; sleep. */
/* What descriptor fd refers to, a reference more; NULL: -EBADF. */
struct file *sys_file(unsigned long fd);

/* A file that a call is at work with. */
struct sys_file {
    struct file *file; /* NULL: -EBADF */
    bool counted;      /* with a reference */
};

/*
 * The same for a call that leaves the descriptors alone; sys_file_end() has to follow. In a table that is
 * the caller's alone nobody else can close it meanwhile, and it needs no reference.
 */
static inline struct sys_file sys_file_begin(unsigned long fd)
{
    struct files *t = current_user()->files;
    if (files_are_shared(t))
        return (struct sys_file){ sys_file(fd), true };
    return (struct sys_file){ files_at(t, (unsigned)fd), false };
}

static inline void sys_file_end(struct sys_file f)
{
    if (f.counted)
        file_put(f.file);
}

/* f, a reference that is used up, gets a descriptor; returns that or -E... NULL: returns error. */
long sys_install(struct file *f, unsigned flags, int error);

/* The paths that a call takes, and the directory in which each begins. */
struct sys_path {
    char *text;        /* kmalloc() */
    struct inode *dir; /* NULL: the working directory, or the path says it */
};
/* 0, or -EFAULT, -ENAMETOOLONG, -ENOMEM, -EBADF, -ENOTDIR. With 0 sys_path_put() has to follow. */
int sys_path_get(struct sys_path *p, long dirfd, uintptr_t at);
void sys_path_put(struct sys_path *p);
/*
 * The inode that is meant, a reference more; flags: AT_EMPTY_PATH: an empty path is the file of dirfd;
 * AT_SYMLINK_NOFOLLOW. NULL: *error.
 */
struct inode *sys_inode(long dirfd, uintptr_t at, unsigned flags, int *error);

/* A 64-bit argument: in one register, or in two where these have 32 bits. */
static inline uint64_t sys_offset(const unsigned long *a)
{
    return hal_info.abi == HAL_ABI_I386 ? (uint64_t)a[1] << 32 | (uint32_t)a[0] : (uint64_t)a[0];
}
