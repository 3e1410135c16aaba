/* process.c - processes: birth, death, families, groups. */
#include "libc.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

pid_t fork(void)
{
    return (pid_t)__result(__syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL));
}

pid_t getpid(void)
{
    return (pid_t)__syscall(SYS_getpid);
}

pid_t getppid(void)
{
    return (pid_t)__syscall(SYS_getppid);
}

pid_t gettid(void)
{
    return (pid_t)__syscall(SYS_gettid);
}

/* The first form of these calls on i386 had 16 bits. */
uid_t getuid(void)
{
    return (uid_t)__syscall(SYS_getuid32 < 0 ? SYS_getuid : SYS_getuid32);
}

uid_t geteuid(void)
{
    return (uid_t)__syscall(SYS_geteuid32 < 0 ? SYS_geteuid : SYS_geteuid32);
}

gid_t getgid(void)
{
    return (gid_t)__syscall(SYS_getgid32 < 0 ? SYS_getgid : SYS_getgid32);
}

gid_t getegid(void)
{
    return (gid_t)__syscall(SYS_getegid32 < 0 ? SYS_getegid : SYS_getegid32);
}

pid_t getpgid(pid_t pid)
{
    return (pid_t)__result(__syscall(SYS_getpgid, pid));
}

pid_t getpgrp(void)
{
    return getpgid(0);
}

int setpgid(pid_t pid, pid_t pgid)
{
    return (int)__result(__syscall(SYS_setpgid, pid, pgid));
}

pid_t setsid(void)
{
    return (pid_t)__result(__syscall(SYS_setsid));
}

pid_t getsid(pid_t pid)
{
    return (pid_t)__result(__syscall(SYS_getsid, pid));
}

pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage)
{
    return (pid_t)__result(__syscall(SYS_wait4, pid, status, options, usage));
}

pid_t waitpid(pid_t pid, int *status, int options)
{
    return wait4(pid, status, options, NULL);
}

pid_t wait(int *status)
{
    return wait4(-1, status, 0, NULL);
}

int sched_yield(void)
{
    return (int)__result(__syscall(SYS_sched_yield));
}

int sched_getaffinity(pid_t pid, size_t size, void *mask)
{
    return (int)__result(__syscall(SYS_sched_getaffinity, pid, size, mask));
}

int sched_setaffinity(pid_t pid, size_t size, const void *mask)
{
    return (int)__result(__syscall(SYS_sched_setaffinity, pid, size, mask));
}

int getrlimit(int what, struct rlimit *limit)
{
    return (int)__result(__syscall(SYS_prlimit64, 0, what, NULL, limit));
}

int setrlimit(int what, const struct rlimit *limit)
{
    return (int)__result(__syscall(SYS_prlimit64, 0, what, limit, NULL));
}

int getrusage(int who, struct rusage *usage)
{
    return (int)__result(__syscall(SYS_getrusage, who, usage));
}

/* The shell starts the command in its own place; meanwhile the keys of the terminal are not for us. */
int system(const char *command)
{
    char shell[] = "sh", option[] = "-c";
    char *argv[] = { shell, option, (char *)command, NULL };
    int status = -1;

    void (*interrupt)(int) = signal(SIGINT, SIG_IGN);
    void (*quit)(int) = signal(SIGQUIT, SIG_IGN);
    pid_t pid = fork();
    if (pid == 0) {
        signal(SIGINT, interrupt);
        signal(SIGQUIT, quit);
        execvp(argv[0], argv);
        _exit(127);
    }
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    signal(SIGINT, interrupt);
    signal(SIGQUIT, quit);
    return status;
}
