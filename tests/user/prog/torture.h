/* torture.h - what the parts of torture.c share. */
#pragma once
#include "account.h"

#include <err.h>
#include <errno.h>
#include <sched.h>
#include <stdint.h>
#include <sys/wait.h>

enum { PAGE = 4096, STACK = 16384 };

/* Of the command line. */
extern unsigned torture_rounds, torture_seed;

/* In torture_cow.c; as all of torture.c's: so many faults. */
int torture_copy_on_write(void);

static const unsigned long thread_flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;

static inline unsigned any(unsigned *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

static inline pid_t must_fork(void)
{
    for (;;) {
        pid_t pid = fork();
        if (pid >= 0)
            return pid;
        if (errno != ENOMEM && errno != EAGAIN)
            err(1, "fork");
        account_sleep(2);
    }
}

/* A status that is neither 0, nor that of a signal which `signals` has, is a fault. Returns how many. */
static inline int reap_all(uint64_t signals)
{
    int faults = 0, status;

    while (wait(&status) > 0) {
        bool good = status == 0 || (WIFSIGNALED(status) && (signals >> WTERMSIG(status) & 1));
        if (!good)
            printf("torture: a child ended with status %#x\n", (unsigned)status);
        faults += !good;
    }
    return faults;
}
