/* sysbench.c - how long system calls take: nanoseconds per operation, the best of five rounds.
 *
 * sysbench [-n N]: N operations in a round of the fast ones (10000), a hundredth of that of the slow ones.
 */
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 5 };

static int null_fd, zero_fd, there[2], back[2];
static char block[4096];

static void do_getpid(void)
{
    __syscall(SYS_getpid);
}

static void do_yield(void)
{
    sched_yield();
}

static void do_clock(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
}

static void do_write(void)
{
    if (write(null_fd, block, 1) != 1)
        err(1, "write");
}

static void do_read(void)
{
    if (read(zero_fd, block, sizeof(block)) != (ssize_t)sizeof(block))
        err(1, "read");
}

static void do_open(void)
{
    int fd = open("/dev/null", O_RDONLY);

    if (fd < 0 || close(fd) < 0)
        err(1, "/dev/null");
}

static void do_map(void)
{
    char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (p == MAP_FAILED)
        err(1, "mmap");
    *p = 1;
    munmap(p, 4096);
}

static void nothing(int sig)
{
    (void)sig;
}

static void do_signal(void)
{
    raise(SIGUSR1);
}

static void do_pipe(void)
{
    if (write(there[1], block, 1) != 1 || read(back[0], block, 1) != 1)
        err(1, "pipe");
}

static void do_fork(void)
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(0);
    if (pid < 0 || waitpid(pid, NULL, 0) != pid)
        err(1, "fork");
}

static void do_exec(void)
{
    char name[] = "true";
    char *argv[] = { name, NULL };
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        execvp(name, argv);
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
        errx(1, "true: status %#x", status);
}

/* Sends back what do_pipe() writes, until the pipe is closed. */
static pid_t start_echo(void)
{
    if (pipe(there) < 0 || pipe(back) < 0)
        err(1, "pipe");
    pid_t pid = fork();
    if (pid == 0) {
        char c;
        close(there[1]);
        while (read(there[0], &c, 1) == 1 && write(back[1], &c, 1) == 1)
            continue;
        _exit(0);
    }
    return pid;
}

/* Nanoseconds for n operations, in 32 bits: a round takes less than four seconds, or it counts as that. */
static unsigned long measure(void (*operation)(void), long n)
{
    struct timespec from, to;

    clock_gettime(CLOCK_MONOTONIC, &from);
    for (long i = 0; i < n; i++)
        operation();
    clock_gettime(CLOCK_MONOTONIC, &to);
    if (to.tv_sec - from.tv_sec >= 4)
        return 4000000000ul;
    return (unsigned long)(to.tv_sec - from.tv_sec) * 1000000000ul +
           (unsigned long)(to.tv_nsec - from.tv_nsec);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*operation)(void);
        int slower; /* by this factor less often */
    } benches[] = {
        { "getpid", do_getpid, 1 },
        { "clock_gettime", do_clock, 1 },
        { "sched_yield", do_yield, 1 },
        { "write 1 byte to /dev/null", do_write, 1 },
        { "read 4096 bytes of /dev/zero", do_read, 1 },
        { "open and close", do_open, 1 },
        { "mmap, touch, munmap", do_map, 10 },
        { "signal to itself", do_signal, 10 },
        { "pipe, there and back", do_pipe, 10 },
        { "fork, exit, wait", do_fork, 100 },
        { "fork, exec true, wait", do_exec, 100 },
    };
    long n = 10000;

    for (int c; (c = getopt(argc, argv, "n:")) != -1;) {
        if (c == '?')
            return 2;
        n = atol(optarg);
    }
    if (n < 100)
        errx(2, "at least 100 operations");
    null_fd = open("/dev/null", O_WRONLY);
    zero_fd = open("/dev/zero", O_RDONLY);
    if (null_fd < 0 || zero_fd < 0)
        err(1, "/dev/null or /dev/zero");
    signal(SIGUSR1, nothing);
    pid_t echo = start_echo();
    for (size_t i = 0; i < sizeof(benches) / sizeof(benches[0]); i++) {
        long count = n / benches[i].slower;
        unsigned long best = measure(benches[i].operation, count);
        for (int round = 1; round < ROUNDS; round++) {
            unsigned long time = measure(benches[i].operation, count);
            best = time < best ? time : best;
        }
        printf("%-28s %9lu ns\n", benches[i].name, best / (unsigned long)count);
    }
    close(there[1]);
    waitpid(echo, NULL, 0);
    return 0;
}
