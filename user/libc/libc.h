/* libc.h - what the files of the C library share with each other, and nobody else. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <sys/syscall.h>

enum { MAX_ERRNO = 4095 };

/* Sets errno; returns -1. */
long __failed(long error);

/* What a system call returned, as C functions say it: -1 and errno if it is an error. */
static inline long __result(long returned)
{
    bool failed = (unsigned long)returned >= -(unsigned long)MAX_ERRNO;
    return __builtin_expect(failed, 0) ? __failed(returned) : returned;
}

/* Beginning of the program. words: argc, argv..., 0, envp..., 0, auxiliary vector. */
void __libc_start(long *words) __attribute__((noreturn));

/* Where handlers return to, without and with siginfo: crt0 of i386 and arm64. */
void __restore(void);
void __restore_rt(void);
