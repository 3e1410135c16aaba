/* path.c - files by their names. */
#include "libc.h"

#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int openat(int dir, const char *path, int flags, ...)
{
    va_list ap;

    va_start(ap, flags);
    int mode = flags & O_CREAT ? va_arg(ap, int) : 0;
    va_end(ap);
    return (int)__result(__syscall(SYS_openat, dir, path, flags | O_LARGEFILE, mode));
}

int open(const char *path, int flags, ...)
{
    va_list ap;

    va_start(ap, flags);
    int mode = flags & O_CREAT ? va_arg(ap, int) : 0;
    va_end(ap);
    return openat(AT_FDCWD, path, flags, mode);
}

int creat(const char *path, mode_t mode)
{
    return open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

int fstatat(int dir, const char *path, struct stat *st, int flags)
{
    return (int)__result(__syscall(SYS_fstatat64 < 0 ? SYS_newfstatat : SYS_fstatat64, dir, path, st, flags));
}

int stat(const char *path, struct stat *st)
{
    return fstatat(AT_FDCWD, path, st, 0);
}

int lstat(const char *path, struct stat *st)
{
    return fstatat(AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW);
}

int access(const char *path, int mode)
{
    return (int)__result(__syscall(SYS_faccessat, AT_FDCWD, path, mode));
}

int mkdir(const char *path, mode_t mode)
{
    return (int)__result(__syscall(SYS_mkdirat, AT_FDCWD, path, mode));
}

mode_t umask(mode_t mask)
{
    return (mode_t)__result(__syscall(SYS_umask, mask));
}

int unlink(const char *path)
{
    return (int)__result(__syscall(SYS_unlinkat, AT_FDCWD, path, 0));
}

int rmdir(const char *path)
{
    return (int)__result(__syscall(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR));
}

int rename(const char *from, const char *to)
{
    return (int)__result(__syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

int utimensat(int dir, const char *path, const void *times, int flags)
{
    return (int)__result(__syscall(SYS_utimensat, dir, path, times, flags));
}

int chdir(const char *path)
{
    return (int)__result(__syscall(SYS_chdir, path));
}

char *getcwd(char *buf, size_t size)
{
    return __result(__syscall(SYS_getcwd, buf, size)) < 0 ? NULL : buf;
}

int sync(void)
{
    return (int)__result(__syscall(SYS_sync));
}
