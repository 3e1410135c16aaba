/* check.h - what the test programs share: a line for each thing that was checked, and a verdict.
 *
 * The lines are the same on every machine and every kernel that behaves as Linux does.
 */
#pragma once
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int failures;

/*
 * A child that was not made does nothing that could be checked: it is tried until there is memory for it.
 * Its PID, which is -1 then, would be all processes to kill(), and -(-1) the first.
 */
static inline pid_t patient_fork(void)
{
    struct timespec shortage = { 0, 1000000 };
    pid_t pid;

    while ((pid = fork()) < 0 && (errno == ENOMEM || errno == EAGAIN))
        nanosleep(&shortage, NULL);
    return pid;
}

static inline void check_at(int line, const char *what, bool good)
{
    if (good)
        printf("%s: ok\n", what);
    else
        printf("%s: FAILED (line %d, errno %d)\n", what, line, errno);
    failures += !good;
    fflush(stdout);
}

/* The condition may set errno, which is shown if it does not hold. */
#define CHECK(what, condition) check_at(__LINE__, what, condition)

/* Did the call fail, with this error? */
#define FAILS_WITH(error, call) (errno = 0, (long)(call) == -1 && errno == (error))

static inline int verdict(const char *name)
{
    printf("%s: %s\n", name, failures == 0 ? "ok" : "FAILED");
    return failures == 0 ? 0 : 1;
}

/* The status of a child as an exit code, or 1000 + signal, or 2000 + signal that stopped it. */
static inline int reap(pid_t pid)
{
    int status;

    if (waitpid(pid, &status, WUNTRACED) != pid)
        return -1;
    if (WIFSTOPPED(status))
        return 2000 + WSTOPSIG(status);
    return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}
