/* syscall.c - what a system call returns, in the way of C: -1 and errno. */
#include "libc.h"

#include <errno.h>
#include <stdarg.h>
#include <unistd.h>

int errno;

long __failed(long error)
{
    errno = (int)-error;
    return -1;
}

/* Six words are taken, however many were given: the kernel looks at those that the call has. */
long syscall(long number, ...)
{
    long a[6];
    va_list ap;

    va_start(ap, number);
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(ap, long);
    va_end(ap);
    return __result(__syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]));
}
