/* file.c - open files. Calls whose name has 64 or ll are i386's: there a word is too short for an offset. */
#include "libc.h"

#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

ssize_t read(int fd, void *data, size_t size)
{
    return __result(__syscall(SYS_read, fd, data, size));
}

ssize_t write(int fd, const void *data, size_t size)
{
    return __result(__syscall(SYS_write, fd, data, size));
}

ssize_t readv(int fd, const struct iovec *pieces, int count)
{
    return __result(__syscall(SYS_readv, fd, pieces, count));
}

ssize_t writev(int fd, const struct iovec *pieces, int count)
{
    return __result(__syscall(SYS_writev, fd, pieces, count));
}

/* On i386 the two halves of the offset; elsewhere the second of them is one argument too many. */
ssize_t pread(int fd, void *data, size_t size, off_t where)
{
    return __result(__syscall(SYS_pread64, fd, data, size, (long)where, (long)(where >> 32)));
}

off_t lseek(int fd, off_t offset, int whence)
{
    off_t now;

    if (SYS__llseek < 0)
        return __result(__syscall(SYS_lseek, fd, (long)offset, whence));
    long r = __syscall(SYS__llseek, fd, (long)(offset >> 32), (long)offset, &now, whence);
    return __result(r) < 0 ? -1 : now;
}

int ftruncate(int fd, off_t size)
{
    long call = SYS_ftruncate64 < 0 ? SYS_ftruncate : SYS_ftruncate64;

    return (int)__result(__syscall(call, fd, (long)size, (long)(size >> 32)));
}

int fstat(int fd, struct stat *st)
{
    return (int)__result(__syscall(SYS_fstat64 < 0 ? SYS_fstat : SYS_fstat64, fd, st));
}

int close(int fd)
{
    return (int)__result(__syscall(SYS_close, fd));
}

int dup(int fd)
{
    return (int)__result(__syscall(SYS_dup, fd));
}

/* There is no dup2 on all machines, and dup3 refuses equal numbers. */
int dup2(int fd, int to)
{
    if (fd == to)
        return fcntl(fd, F_GETFD) < 0 ? -1 : fd;
    return (int)__result(__syscall(SYS_dup3, fd, to, 0));
}

int pipe2(int fds[2], int flags)
{
    return (int)__result(__syscall(SYS_pipe2, fds, flags));
}

int pipe(int fds[2])
{
    return pipe2(fds, 0);
}

int fcntl(int fd, int command, ...)
{
    va_list ap;

    va_start(ap, command);
    long argument = va_arg(ap, long);
    va_end(ap);
    return (int)__result(__syscall(SYS_fcntl64 < 0 ? SYS_fcntl : SYS_fcntl64, fd, command, argument));
}

int ioctl(int fd, unsigned long request, ...)
{
    va_list ap;

    va_start(ap, request);
    void *argument = va_arg(ap, void *);
    va_end(ap);
    return (int)__result(__syscall(SYS_ioctl, fd, request, argument));
}

int poll(struct pollfd *fds, unsigned long count, int timeout_ms)
{
    struct timespec limit = { timeout_ms / 1000, timeout_ms % 1000 * 1000000L };

    return (int)__result(__syscall(SYS_ppoll, fds, count, timeout_ms < 0 ? NULL : &limit, NULL, 8L));
}
