/* messages.h - what the tests of endpoints share. Linux has no such calls: there each says so, no more. */
#pragma once
#include "check.h"

#include <triptych/ipc.h>

static int endpoint;
static long words[IPC_WORDS];

static inline void set(long a, long b, long c, long d)
{
    words[0] = a;
    words[1] = b;
    words[2] = c;
    words[3] = d;
}

static inline bool are(long a, long b, long c, long d)
{
    return words[0] == a && words[1] == b && words[2] == c && words[3] == d;
}

/* A child that runs fn, and ends with its answer: 0 is good. */
static inline pid_t child(int (*fn)(void))
{
    fflush(stdout);
    pid_t pid = patient_fork();
    if (pid == 0)
        _exit(fn());
    return pid;
}

static inline void pause_ms(int ms)
{
    usleep((unsigned)ms * 1000);
}

/* The endpoint of all. False: there are none here. */
static inline bool open_endpoint(void)
{
    endpoint = ipc_create();
    if (endpoint >= 0)
        return true;
    CHECK("there are no endpoints here", errno == ENOSYS);
    return false;
}

static inline void close_endpoint(void)
{
    CHECK("the end", ipc_close(endpoint) == 0 && FAILS_WITH(EBADF, ipc_rights(endpoint)));
}
