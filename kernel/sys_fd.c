/* sys_fd.c - system calls: descriptors. */
#include <kernel/pipe.h>
#include <kernel/sys.h>
#include <kernel/sys_arg.h>
#include <kernel/uaccess.h>
#include <kernel/user.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>

static struct files *mine(void)
{
    return current_user()->files;
}

static long open_at(long dirfd, uintptr_t at, unsigned flags, unsigned mode)
{
    struct sys_path p;
    int error = sys_path_get(&p, dirfd, at);
    if (error != 0)
        return error;
    struct file *f = file_open_at(p.dir, p.text, (int)flags, mode & 07777 & ~fs_umask(), &error);
    sys_path_put(&p);
    return sys_install(f, flags, error);
}

long sys_open(const unsigned long a[6])
{
    return open_at(AT_FDCWD, a[0], (unsigned)a[1], (unsigned)a[2]);
}

long sys_openat(const unsigned long a[6])
{
    return open_at((long)a[0], a[1], (unsigned)a[2], (unsigned)a[3]);
}

long sys_creat(const unsigned long a[6])
{
    return open_at(AT_FDCWD, a[0], O_WRONLY | O_CREAT | O_TRUNC, (unsigned)a[1]);
}

long sys_close(const unsigned long a[6])
{
    return files_close(mine(), (unsigned)a[0]);
}

static long duplicate(unsigned long fd, unsigned flags, unsigned from)
{
    struct file *f = sys_file(fd);
    if (f == NULL)
        return -EBADF;
    int to = files_install_from(mine(), f, flags, from);
    if (to < 0)
        file_put(f);
    return to;
}

long sys_dup(const unsigned long a[6])
{
    return duplicate(a[0], 0, 0);
}

static long duplicate_at(unsigned long fd, unsigned long to, unsigned flags)
{
    struct file *f = sys_file(fd);
    if (f == NULL)
        return -EBADF;
    int result = files_install_at(mine(), f, flags, (unsigned)to);
    if (result < 0)
        file_put(f);
    return result;
}

long sys_dup2(const unsigned long a[6])
{
    if (a[0] != a[1])
        return duplicate_at(a[0], a[1], 0);
    int flags = files_get_flags(mine(), (unsigned)a[0]);
    return flags < 0 ? flags : (long)a[0];
}

long sys_dup3(const unsigned long a[6])
{
    if (a[0] == a[1] || (a[2] & ~(unsigned long)O_CLOEXEC) != 0)
        return -EINVAL;
    return duplicate_at(a[0], a[1], (unsigned)a[2]);
}

/* Both ends are there: two descriptors, or none. */
static long install_pipe(uintptr_t at, struct file *reader, struct file *writer, unsigned flags)
{
    int fd[2];
    fd[0] = (int)sys_install(reader, flags, 0);
    if (fd[0] < 0) {
        file_put(writer);
        return fd[0];
    }
    fd[1] = (int)sys_install(writer, flags, 0);
    if (fd[1] < 0) {
        files_close(mine(), (unsigned)fd[0]);
        return fd[1];
    }
    int error = copy_to_user(at, fd, sizeof(fd));
    if (error != 0) {
        files_close(mine(), (unsigned)fd[0]);
        files_close(mine(), (unsigned)fd[1]);
    }
    return error;
}

static long make_pipe(uintptr_t at, unsigned flags)
{
    struct file *reader, *writer;
    if ((flags & ~(unsigned)(O_CLOEXEC | O_NONBLOCK)) != 0)
        return -EINVAL;
    int error = pipe_create(&reader, &writer, flags);
    return error != 0 ? error : install_pipe(at, reader, writer, flags);
}

long sys_pipe(const unsigned long a[6])
{
    return make_pipe(a[0], 0);
}

long sys_pipe2(const unsigned long a[6])
{
    return make_pipe(a[0], (unsigned)a[1]);
}

static long get_flags(unsigned long fd)
{
    struct file *f = sys_file(fd);
    if (f == NULL)
        return -EBADF;
    long flags = (f->opened & ~(unsigned)O_NOCTTY) | file_flags(f);
    file_put(f);
    return flags;
}

static long set_flags(unsigned long fd, unsigned flags)
{
    struct file *f = sys_file(fd);
    if (f == NULL)
        return -EBADF;
    atomic_store_explicit(&f->flags, flags & (O_APPEND | O_NONBLOCK), memory_order_relaxed);
    file_put(f);
    return 0;
}

long sys_fcntl(const unsigned long a[6])
{
    switch (a[1]) {
    case F_DUPFD:
        return duplicate(a[0], 0, (unsigned)a[2]);
    case F_DUPFD_CLOEXEC:
        return duplicate(a[0], O_CLOEXEC, (unsigned)a[2]);
    case F_GETFD:
        return files_get_flags(mine(), (unsigned)a[0]);
    case F_SETFD:
        return files_set_flags(mine(), (unsigned)a[0], (unsigned)a[2]);
    case F_GETFL:
        return get_flags(a[0]);
    case F_SETFL:
        return set_flags(a[0], (unsigned)a[2]);
    default:
        return -EINVAL;
    }
}

long sys_fcntl64(const unsigned long a[6])
{
    return sys_fcntl(a);
}
