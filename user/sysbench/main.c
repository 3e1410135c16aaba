/* main.c - sysbench: how long system calls take, in nanoseconds per operation, the best of five rounds.
 *
 * sysbench [-n N] [NAME...]: N operations in a round of the fast ones (10000), less of the slow ones; of the
 * rows with these names only. Under `-icount shift=0` an instruction takes a nanosecond. As PID 1 it turns
 * the machine off in the end: init=/bin/sysbench measures a machine that has nothing else to do.
 */
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sysbench.h"

enum { ROUNDS = 5, LEAST = 4 };

void must(int good, const char *what)
{
    if (!good)
        err(1, "%s", what);
}

int start_child(void (*child)(void))
{
    pid_t pid = fork();

    must(pid >= 0, "fork");
    if (pid == 0) {
        child();
        _exit(0);
    }
    return pid;
}

void end_child(int pid)
{
    kill(pid, SIGKILL);
    must(waitpid(pid, NULL, 0) == pid, "waitpid");
}

/*
 * Nanoseconds for n operations, in 32 bits: a round takes less than four seconds, or it counts as that. 0:
 * this machine has not what it takes.
 */
static unsigned long measure(const struct bench *b, long n)
{
    struct timespec from, to;

    if (b->before != NULL && b->before(n) != 0)
        return 0;
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (long i = 0; i < n; i++)
        b->operation();
    clock_gettime(CLOCK_MONOTONIC, &to);
    if (b->after != NULL)
        b->after();
    if (to.tv_sec - from.tv_sec >= 4)
        return 4000000000ul;
    return (unsigned long)(to.tv_sec - from.tv_sec) * 1000000000ul +
           (unsigned long)(to.tv_nsec - from.tv_nsec);
}

static void run(const struct bench *b, long n)
{
    long count = n / b->slower < LEAST ? LEAST : n / b->slower;
    unsigned long best = measure(b, count);

    for (int round = 1; round < ROUNDS && best > 0; round++) {
        unsigned long time = measure(b, count);
        best = time < best ? time : best;
    }
    if (best > 0)
        printf("%-20s %9lu ns\n", b->name, best / (unsigned long)(count * b->per_operation));
    else
        printf("%-20s         -\n", b->name);
}

/* The names that are left of the command line; none: all. */
static int is_asked(const char *name, char **names)
{
    if (*names == NULL)
        return 1;
    while (*names != NULL && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

int main(int argc, char **argv)
{
    static const struct bench *const all[] = { call_benches, memory_benches, process_benches };
    long n = 10000;
    int found = 0;

    for (int c; (c = getopt(argc, argv, "n:")) != -1;) {
        if (c == '?')
            return 2;
        n = atol(optarg);
    }
    if (n < 100)
        errx(2, "at least 100 operations");
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        for (const struct bench *b = all[i]; b->name != NULL; b++) {
            if (is_asked(b->name, argv + optind)) {
                run(b, n);
                found++;
            }
        }
    }
    if (found < argc - optind)
        errx(2, "only %d of these names are measured here", found);
    fflush(stdout);
    if (getpid() == 1)
        reboot(RB_POWER_OFF);
    return 0;
}
