/* sysfuzz_args.c - what the calls of sysfuzz are made with. */
#include "sysfuzz.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <uapi/resource.h>
#include <uapi/system.h>
#include <unistd.h>

enum { PAGE = 4096, FAULTS_MOST = 8 };

char *fuzz_arena;
pid_t fuzz_last_child;

uint32_t fuzz_any(struct mind *m)
{
    m->state ^= m->state << 13;
    m->state ^= m->state >> 17;
    m->state ^= m->state << 5;
    return m->state * 2654435761u >> 3;
}

uint32_t fuzz_below(struct mind *m, uint32_t n)
{
    return fuzz_any(m) % n;
}

/* A fault happens again, for ever, if nobody does anything about it. */
void fuzz_nothing(int signo)
{
    static atomic_uint faults;

    if ((signo == SIGSEGV || signo == SIGBUS || signo == SIGILL) &&
        atomic_fetch_add(&faults, 1) == FAULTS_MOST)
        __syscall(SYS_exit_group, 0);
}

long fuzz_any_number(struct mind *m)
{
    static const long good[] = { 0, 1, -1, 2, 4095, 4096, 4097, INT32_MAX, INT32_MIN, 65536, 8, 64 };

    switch (fuzz_below(m, 4)) {
    case 0:
        return good[fuzz_below(m, sizeof(good) / sizeof(good[0]))];
    case 1:
        return (long)fuzz_below(m, 64);
    case 2:
        return (long)(1ul << fuzz_below(m, sizeof(long) * 8)) - (long)fuzz_below(m, 2);
    default:
        return (long)(fuzz_any(m) ^ (unsigned long)fuzz_any(m) << (sizeof(long) * 4));
    }
}

long fuzz_address(struct mind *m)
{
    static const unsigned long bad[] = { 0,          1,
                                         4095,       -4096ul,
                                         -1ul,       -8ul,
                                         0xc0000000, 0xbffff000,
                                         0x80000000, (unsigned long)INTPTR_MIN,
                                         0xffff0000, (unsigned long)1 << 31 };
    unsigned n = fuzz_below(m, 16);

    if (n == 0)
        return (long)bad[fuzz_below(m, sizeof(bad) / sizeof(bad[0]))];
    if (n == 1)
        return (long)(uintptr_t)&fuzz_nothing;
    if (n == 2)
        return fuzz_any_number(m);
    if (n == 3)
        return (long)(uintptr_t)(fuzz_arena + (fuzz_below(m, FUZZ_ARENA_PAGES) + 1) * PAGE -
                                 fuzz_below(m, 64));
    return (long)(uintptr_t)(fuzz_arena + fuzz_below(m, FUZZ_ARENA_PAGES) * PAGE + fuzz_below(m, 64) * 8);
}

/* Names that may be made and removed begin with fz; ours: 1. Links lead to such names, or to directories. */
static char *name_of(struct mind *m, char *to, int ours)
{
    static const char *const folders[] = {
        "",         "",  "",   "/tmp/fz/", "/tmp/fz/", "/tmp/fz/fz0/", "fz1/", "../",
        "fz2/fz3/", "/", "./", "/dev/",    "/proc/",   "fz0/../",      "/bin/"
    };
    static const char *const others[] = { "/",
                                          ".",
                                          "..",
                                          "/proc/self/stat",
                                          "/proc/meminfo",
                                          "/dev/null",
                                          "/dev/zero",
                                          "/bin/sh",
                                          "/proc",
                                          "/dev",
                                          "",
                                          "/etc/motd",
                                          "/none",
                                          "/proc/1/status",
                                          "/proc/slabinfo",
                                          "/dev/null/x",
                                          "/proc/self" };

    if (!ours && fuzz_below(m, 3) == 0)
        return strcpy(to, others[fuzz_below(m, sizeof(others) / sizeof(others[0]))]);
    snprintf(to, 64, "%sfz%u%s", folders[fuzz_below(m, sizeof(folders) / sizeof(folders[0]))],
             fuzz_below(m, 6), fuzz_below(m, 12) == 0 ? "/" : "");
    return to;
}

static long descriptor(struct mind *m)
{
    static const int special[] = { -1, AT_FDCWD, AT_FDCWD, AT_FDCWD, 255, 256, 1023, 1024, 0x40000000, -2 };

    return fuzz_below(m, 4) == 0 ? special[fuzz_below(m, sizeof(special) / sizeof(special[0]))]
                                 : (int)fuzz_below(m, 12);
}

/* Nobody but our own kind: not PID 1, not all. */
static long process(struct mind *m)
{
    const long ids[] = { 0, getpid(), gettid(), fuzz_last_child, -getpid(), getpid() + 1, 4000000, -4000000 };
    long id = ids[fuzz_below(m, sizeof(ids) / sizeof(ids[0]))];

    return id == 1 || id == -1 ? 0 : id;
}

static long signal_set(struct mind *m)
{
    m->set = (uint64_t)fuzz_any(m) << 32 | fuzz_any(m);
    if (fuzz_below(m, 3) != 0)
        m->set &= (uint64_t)fuzz_any(m) << 32 | fuzz_any(m);
    if (fuzz_below(m, 20) != 0)
        m->set &= ~(1ull << (SIGALRM - 1));
    return (long)(uintptr_t)&m->set;
}

static long action(struct mind *m)
{
    void (*const handlers[])(int) = { SIG_DFL, SIG_IGN, fuzz_nothing, fuzz_nothing };

    m->action.sa_handler = handlers[fuzz_below(m, 4)];
    return (long)(uintptr_t)&m->action;
}

static long short_time(struct mind *m)
{
    m->time[0] = m->time[1] = (struct timespec){ 0, (long)fuzz_below(m, 300000) };
    if (fuzz_below(m, 20) == 0)
        m->time[0].tv_nsec = fuzz_any_number(m);
    return fuzz_below(m, 10) == 0 ? fuzz_address(m) : (long)(uintptr_t)m->time;
}

static long vector(struct mind *m)
{
    for (int i = 0; i < 4; i++)
        m->vector[i] = (struct iovec){ (void *)(uintptr_t)fuzz_address(m), fuzz_below(m, 3 * PAGE) };
    return fuzz_below(m, 8) == 0 ? fuzz_address(m) : (long)(uintptr_t)m->vector;
}

static long words(struct mind *m)
{
    static char name[] = "sysfuzz", option[] = "-x";

    if (fuzz_below(m, 4) == 0)
        return fuzz_address(m);
    snprintf(m->number, sizeof(m->number), "%u", fuzz_any(m) | 1);
    m->words[0] = name;
    m->words[1] = option;
    m->words[2] = m->number;
    m->words[3] = fuzz_below(m, 20) == 0 ? (char *)(uintptr_t)fuzz_address(m) : NULL;
    return (long)(uintptr_t)m->words;
}

static const long open_flags[] = { O_RDONLY, O_WRONLY,   O_RDWR,      O_CREAT,    O_EXCL,   O_TRUNC,
                                   O_APPEND, O_NONBLOCK, O_DIRECTORY, O_NOFOLLOW, O_CLOEXEC };
static const char *const programs[] = { "/bin/true", "/test/sysfuzz", "/test/sysfuzz", "/bin", "/none" };
static const long commands[] = { 0x5401, 0x5402, 0x540f, 0x5410, 0x5413, 0x541b, 0x5414, 0x5429, 0x5421 };

long fuzz_argument(struct mind *m, char kind, unsigned which)
{
    long flags = 0;

    if (fuzz_below(m, 40) == 0)
        return kind == 'i'             ? process(m)
               : strchr("pPryq", kind) ? fuzz_address(m) | INT32_MIN
                                       : fuzz_any_number(m);
    switch (kind) {
    case 'f':
        return descriptor(m);
    case 'p':
    case 'y':
        return (long)(uintptr_t)name_of(m, m->path[which % 4], 1);
    case 'P':
    case 'r':
        return (long)(uintptr_t)name_of(m, m->path[which % 4], 0);
    case 'b':
        return fuzz_address(m);
    case 'a':
        return (long)(uintptr_t)(fuzz_arena + fuzz_below(m, FUZZ_ARENA_PAGES) * PAGE) +
               (fuzz_below(m, 30) == 0);
    case 'l':
        return (long)(fuzz_below(m, 8) * PAGE + (fuzz_below(m, 8) == 0 ? fuzz_below(m, PAGE) : 0));
    case 's':
        return fuzz_below(m, 8) == 0 ? fuzz_any_number(m) & INT32_MAX : (long)fuzz_below(m, 3 * PAGE);
    case 'N':
        return (long)fuzz_below(m, 40 * PAGE);
    case 'o':
        for (unsigned n = fuzz_below(m, 4); n > 0; n--)
            flags |= open_flags[fuzz_below(m, sizeof(open_flags) / sizeof(open_flags[0]))];
        return flags;
    case 'm':
        return (long)fuzz_below(m, 512);
    case 'g':
        flags = (long)fuzz_below(m, 66);
        return (flags == SIGSTOP || flags == SIGKILL) && fuzz_below(m, 20) != 0 ? SIGUSR1 : flags;
    case 'i':
        return process(m);
    case 't':
        return short_time(m);
    case 'v':
        return vector(m);
    case 'w':
        return (long)(uintptr_t)(fuzz_arena + fuzz_below(m, 4) * 4);
    case 'C':
        return (long)(fuzz_below(m, 5) | (fuzz_below(m, 2) ? 128 : 0));
    case 'S':
        return signal_set(m);
    case 'e':
        return 8;
    case 'A':
        return fuzz_below(m, 8) == 0 ? fuzz_address(m) : action(m);
    case 'q':
        return (long)(uintptr_t)(fuzz_below(m, 2) ? programs[fuzz_below(m, 5)] : name_of(m, m->path[0], 1));
    case 'k':
        return which == 2 ? 0 : words(m);
    case 'B':
        return fuzz_below(m, 3) == 0 ? fuzz_any_number(m)
                                     : (long)(uintptr_t)sbrk(0) + (long)fuzz_below(m, 9 * PAGE) - 4 * PAGE;
    case 'M':
        return (long)(1 + fuzz_below(m, 3)) | (fuzz_below(m, 2) ? MAP_FIXED : 0) |
               (fuzz_below(m, 4) ? MAP_ANONYMOUS : 0);
    case 'D':
        return fuzz_below(m, 2) ? MADV_DONTNEED : (long)fuzz_below(m, 20);
    case 'I':
        return fuzz_below(m, 2) ? commands[fuzz_below(m, sizeof(commands) / sizeof(commands[0]))]
                                : fuzz_any_number(m);
    case 'F':
        return fuzz_below(m, 2) ? 0 : fuzz_below(m, 2) ? (long)(1u << fuzz_below(m, 14)) : fuzz_any_number(m);
    case 'L':
        return fuzz_below(m, 2) ? RLIMIT_NOFILE : RLIMIT_STACK;
    case 'R': /* seldom to be written and executed: the kernel tells of that */
        flags = (long)fuzz_below(m, 9);
        return (flags & 6) == 6 && fuzz_below(m, 100) != 0 ? PROT_READ | PROT_WRITE : flags;
    case 'X':
        return PR_SET_NAME + (long)fuzz_below(m, 2);
    case 'Z':
    case 'z':
        return 0;
    case 'c':
        return (long)fuzz_below(m, 9);
    default:
        return fuzz_any_number(m);
    }
}
