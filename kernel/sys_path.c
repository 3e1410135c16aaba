/* sys_path.c - system calls: making, removing and renaming. */
#include <kernel/kmalloc.h>
#include <kernel/sys.h>
#include <kernel/sys_arg.h>
#include <kernel/uaccess.h>
#include <lib/util.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <uapi/limits.h>

static long make_dir(long dirfd, uintptr_t at, unsigned mode)
{
    struct sys_path p;
    int error = sys_path_get(&p, dirfd, at);
    if (error != 0)
        return error;
    error = path_mkdir(p.dir, p.text, mode & ~fs_umask());
    sys_path_put(&p);
    return error;
}

long sys_mkdir(const unsigned long a[6])
{
    return make_dir(AT_FDCWD, a[0], (unsigned)a[1]);
}

long sys_mkdirat(const unsigned long a[6])
{
    return make_dir((long)a[0], a[1], (unsigned)a[2]);
}

static long remove_at(long dirfd, uintptr_t at, int (*fn)(struct inode *dir, const char *path))
{
    struct sys_path p;
    int error = sys_path_get(&p, dirfd, at);
    if (error != 0)
        return error;
    error = fn(p.dir, p.text);
    sys_path_put(&p);
    return error;
}

long sys_rmdir(const unsigned long a[6])
{
    return remove_at(AT_FDCWD, a[0], path_rmdir);
}

long sys_unlink(const unsigned long a[6])
{
    return remove_at(AT_FDCWD, a[0], path_unlink);
}

long sys_unlinkat(const unsigned long a[6])
{
    if ((a[2] & ~(unsigned long)AT_REMOVEDIR) != 0)
        return -EINVAL;
    return remove_at((long)a[0], a[1], (a[2] & AT_REMOVEDIR) != 0 ? path_rmdir : path_unlink);
}

static long rename_at(long dirfd, uintptr_t at, long to_dirfd, uintptr_t to_at, unsigned flags)
{
    struct sys_path from, to;
    int error = sys_path_get(&from, dirfd, at);
    if (error != 0)
        return error;
    error = sys_path_get(&to, to_dirfd, to_at);
    if (error == 0) {
        error = path_rename(from.dir, from.text, to.dir, to.text, flags);
        sys_path_put(&to);
    }
    sys_path_put(&from);
    return error;
}

long sys_rename(const unsigned long a[6])
{
    return rename_at(AT_FDCWD, a[0], AT_FDCWD, a[1], 0);
}

long sys_renameat(const unsigned long a[6])
{
    return rename_at((long)a[0], a[1], (long)a[2], a[3], 0);
}

long sys_renameat2(const unsigned long a[6])
{
    return rename_at((long)a[0], a[1], (long)a[2], a[3], (unsigned)a[4]);
}

static long link_at(long dirfd, uintptr_t at, long to_dirfd, uintptr_t to_at, unsigned flags)
{
    struct sys_path to;
    int error;
    if ((flags & ~(unsigned)(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH)) != 0)
        return -EINVAL;
    unsigned how = (flags & AT_EMPTY_PATH) | ((flags & AT_SYMLINK_FOLLOW) != 0 ? 0 : AT_SYMLINK_NOFOLLOW);
    struct inode *i = sys_inode(dirfd, at, how, &error);
    if (i == NULL)
        return error;
    error = sys_path_get(&to, to_dirfd, to_at);
    if (error == 0) {
        error = path_link(i, to.dir, to.text);
        sys_path_put(&to);
    }
    inode_put(i);
    return error;
}

long sys_link(const unsigned long a[6])
{
    return link_at(AT_FDCWD, a[0], AT_FDCWD, a[1], 0);
}

long sys_linkat(const unsigned long a[6])
{
    return link_at((long)a[0], a[1], (long)a[2], a[3], (unsigned)a[4]);
}

static long make_symlink(uintptr_t text_at, long dirfd, uintptr_t at)
{
    struct sys_path text, p;
    int error = sys_path_get(&text, AT_FDCWD, text_at);
    if (error != 0)
        return error;
    error = sys_path_get(&p, dirfd, at);
    if (error == 0) {
        error = path_symlink(text.text, p.dir, p.text);
        sys_path_put(&p);
    }
    sys_path_put(&text);
    return error;
}

long sys_symlink(const unsigned long a[6])
{
    return make_symlink(a[0], AT_FDCWD, a[1]);
}

long sys_symlinkat(const unsigned long a[6])
{
    return make_symlink(a[0], (long)a[1], a[2]);
}

static long read_link(long dirfd, uintptr_t at, uintptr_t to, size_t size)
{
    int error;
    if (size == 0 || size > INT32_MAX)
        return -EINVAL;
    struct inode *i = sys_inode(dirfd, at, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH, &error);
    if (i == NULL)
        return error;
    char *text = kmalloc(PATH_MAX);
    long n = text == NULL ? -ENOMEM : -EINVAL;
    if (text != NULL && S_ISLNK(i->mode))
        n = i->ops->readlink(i, text, min_size(size, PATH_MAX));
    if (n > 0 && copy_to_user(to, text, (size_t)n) != 0)
        n = -EFAULT;
    kfree(text);
    inode_put(i);
    return n;
}

long sys_readlink(const unsigned long a[6])
{
    return read_link(AT_FDCWD, a[0], a[1], a[2]);
}

long sys_readlinkat(const unsigned long a[6])
{
    return read_link((long)a[0], a[1], a[2], a[3]);
}

static long cut(uintptr_t at, int64_t size)
{
    int error;
    struct inode *i = sys_inode(AT_FDCWD, at, 0, &error);
    if (i == NULL)
        return error;
    if (inode_is_dir(i))
        error = -EISDIR;
    else if (size < 0 || !S_ISREG(i->mode) || i->ops->truncate == NULL)
        error = -EINVAL;
    else
        error = i->ops->truncate(i, (uint64_t)size);
    inode_put(i);
    return error;
}

long sys_truncate(const unsigned long a[6])
{
    return cut(a[0], (long)a[1]);
}

long sys_truncate64(const unsigned long a[6])
{
    return cut(a[0], (int64_t)sys_offset(a + 1));
}
