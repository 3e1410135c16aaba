/* stress.c - work for the machine: stress [-c N] [-m N] [-p N] [-f N] [-t SECONDS].
 *
 * N workers each: -c compute, -m take memory and look whether it keeps what was written, -p send bytes round
 * through a pipe, -f have children. All stop after the time (5 s); the status is 0 if nobody found a fault.
 */
#include <err.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static time_t end;

static bool time_left(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec < end;
}

/* The sum over a linear congruence is the same in each round. */
static void compute(void)
{
    uint32_t first = 0;

    for (bool again = false; time_left(); again = true) {
        uint32_t n = 1, sum = 0;
        for (int i = 0; i < 1000000; i++) {
            n = n * 1664525 + 1013904223;
            sum ^= n;
        }
        if (again && sum != first)
            errx(1, "compute: %#x is not %#x", (unsigned)sum, (unsigned)first);
        first = sum;
    }
}

static void fill_memory(void)
{
    enum { BLOCKS = 32, SIZE = 64 << 10 };
    unsigned char *block[BLOCKS];

    for (unsigned round = 0; time_left(); round++) {
        for (unsigned i = 0; i < BLOCKS; i++) {
            block[i] = malloc(SIZE);
            if (block[i] == NULL)
                err(1, "malloc");
            memset(block[i], (int)((i + round) & 0xff), SIZE);
        }
        for (unsigned i = 0; i < BLOCKS; i++) {
            for (unsigned k = 0; k < SIZE; k++) {
                if (block[i][k] != ((i + round) & 0xff))
                    errx(1, "memory: byte %u of block %u is %u", k, i, block[i][k]);
            }
            free(block[i]);
        }
    }
}

static void send_round(void)
{
    int there[2], back[2];

    if (pipe(there) < 0 || pipe(back) < 0)
        err(1, "pipe");
    pid_t pid = fork();
    if (pid == 0) {
        unsigned char c;
        close(there[1]);
        while (read(there[0], &c, 1) == 1 && write(back[1], &c, 1) == 1)
            continue;
        _exit(0);
    }
    close(there[0]);
    for (unsigned char sent = 0, got; pid > 0 && time_left(); sent++) {
        if (write(there[1], &sent, 1) != 1 || read(back[0], &got, 1) != 1 || got != sent)
            errx(1, "pipe: not the byte that was sent");
    }
    close(there[1]);
    waitpid(pid, NULL, 0);
}

static void have_children(void)
{
    while (time_left()) {
        int status;
        pid_t pid = fork();
        if (pid == 0)
            _exit(getppid() & 0x7f);
        if (pid < 0 || waitpid(pid, &status, 0) != pid || WEXITSTATUS(status) != (getpid() & 0x7f))
            errx(1, "fork: not the child's status");
    }
}

int main(int argc, char **argv)
{
    struct {
        int letter;
        void (*work)(void);
        long workers;
    } kinds[] = {
        { 'c', compute, 0 }, { 'm', fill_memory, 0 }, { 'p', send_round, 0 }, { 'f', have_children, 0 }
    };
    enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };
    struct timespec now;
    long seconds = 5, started = 0, failed = 0;
    int status;

    for (int c; (c = getopt(argc, argv, "c:m:p:f:t:")) != -1;) {
        if (c == '?')
            return 2;
        if (c == 't')
            seconds = atol(optarg);
        for (int i = 0; i < KINDS; i++) {
            if (kinds[i].letter == c)
                kinds[i].workers = atol(optarg);
        }
    }
    clock_gettime(CLOCK_MONOTONIC, &now);
    end = now.tv_sec + seconds;
    for (int i = 0; i < KINDS; i++) {
        for (long n = 0; n < kinds[i].workers; n++, started++) {
            pid_t pid = fork();
            if (pid < 0)
                err(1, "fork");
            if (pid == 0) {
                kinds[i].work();
                _exit(0);
            }
        }
    }
    while (wait(&status) > 0)
        failed += status != 0;
    printf("stress: %ld workers, %ld failed\n", started, failed);
    return failed > 0;
}
