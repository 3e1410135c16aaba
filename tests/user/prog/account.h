/* account.h - has the kernel given back all that it was asked for? Objects in use of every cache, pages of
 * programs and files: before and after.
 */
#pragma once
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ACCOUNT_LINES = 96, ACCOUNT_NAME = 24, ACCOUNT_PIDS = 64 };
enum { ACCOUNT_PATIENCE_MS = 5000, ACCOUNT_STEP_MS = 20 };

struct account {
    int n;
    struct {
        char name[ACCOUNT_NAME];
        unsigned long value;
    } line[ACCOUNT_LINES];
    int npids, pid[ACCOUNT_PIDS];
};

static inline void account_sleep(long ms)
{
    struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

    nanosleep(&t, NULL);
}

/* What the allocators keep for themselves comes and goes with their objects; stacks wait for a process. */
static inline bool account_is_internal(const char *name, size_t n)
{
    static const char *const internal[] = { "slabinfo", "slab-heads", "magazines", "proc" };

    for (size_t i = 0; i < sizeof(internal) / sizeof(internal[0]); i++) {
        if (strlen(internal[i]) == n && memcmp(internal[i], name, n) == 0)
            return true;
    }
    return false;
}

/* The first number behind the name, of all lines or of those whose names are in `only`. False: not read. */
static inline bool account_read(struct account *a, const char *path, const char *only)
{
    static char text[4096]; /* no memory is taken while it is counted */
    int fd = open(path, O_RDONLY);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

    if (fd >= 0)
        close(fd);
    if (n <= 0)
        return false;
    text[n] = 0;
    for (char *line = text, *next; *line != 0; line = next) {
        next = strchr(line, '\n');
        next = next == NULL ? line + strlen(line) : next + 1;
        size_t name = strcspn(line, " :");
        if (*line == '#' || account_is_internal(line, name) || name >= ACCOUNT_NAME || a->n == ACCOUNT_LINES)
            continue;
        strncpy(a->line[a->n].name, line, name);
        a->line[a->n].name[name] = 0;
        if (only != NULL && strstr(only, a->line[a->n].name) == NULL)
            continue;
        a->line[a->n].value = strtoul(line + name + 1, NULL, 10);
        a->n++;
    }
    return true;
}

static inline bool account_pids(struct account *a)
{
    struct dirent *d;
    DIR *dir = opendir("/proc");

    while (dir != NULL && (errno = 0, d = readdir(dir)) != NULL) {
        if (atoi(d->d_name) > 0 && a->npids < ACCOUNT_PIDS)
            a->pid[a->npids++] = atoi(d->d_name);
    }
    bool all = errno == 0;
    return dir != NULL && closedir(dir) == 0 && all;
}

static inline bool account_try(struct account *a)
{
    memset(a, 0, sizeof(*a));
    return account_pids(a) && account_read(a, "/proc/slabinfo", NULL) &&
           account_read(a, "/proc/meminfo", "AnonPages Shmem");
}

/* False: /proc could not be read. A shortage of memory passes. */
static inline bool account_take(struct account *a)
{
    for (int ms = 0; ms < ACCOUNT_PATIENCE_MS; ms += ACCOUNT_STEP_MS) {
        if (account_try(a))
            return true;
        account_sleep(ACCOUNT_STEP_MS);
    }
    return false;
}

static inline int account_differences(const struct account *before, const struct account *now, bool say)
{
    int n = 0;

    for (int i = 0; i < before->n; i++) {
        if (before->line[i].value == now->line[i].value)
            continue;
        n++;
        if (say)
            printf("account: %s: %lu before, %lu after\n", before->line[i].name, before->line[i].value,
                   now->line[i].value);
    }
    return n;
}

/* PID 1 and the caller take for the first time what they keep: for an orphan, and for counting. */
static inline void account_warm_up(void)
{
    static struct account first, now;

    account_take(&first);
    for (int i = 0; i < 3; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            if (fork() == 0)
                account_sleep(20);
            _exit(0);
        }
        waitpid(pid, NULL, 0);
        int ms = 0;
        do
            account_sleep(2 * ACCOUNT_STEP_MS);
        while (account_take(&now) && now.npids > first.npids &&
               (ms += ACCOUNT_STEP_MS) < ACCOUNT_PATIENCE_MS);
        account_differences(&now, &now, false);
    }
}

/*
 * What has ended is given back a little later, by others: there is patience, then the differences are told.
 */
static inline bool account_exact(const struct account *before)
{
    static struct account now;

    for (int ms = 0; ms < ACCOUNT_PATIENCE_MS; ms += ACCOUNT_STEP_MS) {
        if (account_take(&now) && account_differences(before, &now, false) == 0)
            return true;
        account_sleep(ACCOUNT_STEP_MS);
    }
    return account_take(&now) && account_differences(before, &now, true) == 0;
}

/* SIGKILL for all processes that were not there before, but the caller. How many there are, or may be. */
static inline int account_kill_others(const struct account *before)
{
    struct dirent *d;
    int n = 0;
    DIR *dir = opendir("/proc");

    while (dir != NULL && (errno = 0, d = readdir(dir)) != NULL) {
        int pid = atoi(d->d_name);
        bool known = pid == 0 || pid == getpid();
        for (int i = 0; i < before->npids; i++)
            known |= before->pid[i] == pid;
        n += !known && kill(pid, SIGKILL) == 0;
    }
    if (dir == NULL || errno != 0) /* no memory to look */
        n++;
    if (dir != NULL)
        closedir(dir);
    return n;
}
