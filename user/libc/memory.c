/* memory.c - the address space. */
#include "libc.h"

#include <errno.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MMAP2_UNIT = 4096 };

static char *break_now;

/* The kernel returns the end that holds: if it refuses, the old one. */
int brk(void *end)
{
    break_now = (char *)__syscall(SYS_brk, end);
    if (break_now == end)
        return 0;
    errno = ENOMEM;
    return -1;
}

void *sbrk(intptr_t more)
{
    if (break_now == NULL)
        break_now = (char *)__syscall(SYS_brk, NULL);
    char *old = break_now;
    return more != 0 && brk(old + more) < 0 ? (void *)-1 : old;
}

void *mmap(void *where, size_t size, int prot, int flags, int fd, off_t offset)
{
    long r;

    if (SYS_mmap2 < 0)
        r = __syscall(SYS_mmap, where, size, prot, flags, fd, (long)offset);
    else if (offset % MMAP2_UNIT != 0)
        r = -EINVAL;
    else
        r = __syscall(SYS_mmap2, where, size, prot, flags, fd, (long)(offset / MMAP2_UNIT));
    return (void *)__result(r);
}

int munmap(void *where, size_t size)
{
    return (int)__result(__syscall(SYS_munmap, where, size));
}

int mprotect(void *where, size_t size, int prot)
{
    return (int)__result(__syscall(SYS_mprotect, where, size, prot));
}

void *mremap(void *old, size_t old_size, size_t size, int flags)
{
    return (void *)__result(__syscall(SYS_mremap, old, old_size, size, flags, NULL));
}

int madvise(void *where, size_t size, int advice)
{
    return (int)__result(__syscall(SYS_madvise, where, size, advice));
}
