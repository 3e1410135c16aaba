/* calls.c - what one process asks of the kernel, of files and of the clock. */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "sysbench.h"

static int fd, me;
static char block[4096];

static void null_call(void)
{
    __syscall(SYS_getuid);
}

static void call_getpid(void)
{
    __syscall(SYS_getpid);
}

static void read_clock(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
}

static int open_null(long n)
{
    (void)n;
    fd = open("/dev/null", O_RDWR);
    must(fd >= 0, "/dev/null");
    return 0;
}

static int open_zero(long n)
{
    (void)n;
    fd = open("/dev/zero", O_RDWR);
    must(fd >= 0, "/dev/zero");
    return 0;
}

static void close_it(void)
{
    close(fd);
}

static void write_byte(void)
{
    must(write(fd, block, 1) == 1, "write");
}

static void read_nothing(void)
{
    must(read(fd, block, 1) == 0, "read");
}

static void read_page(void)
{
    must(read(fd, block, sizeof(block)) == (ssize_t)sizeof(block), "read");
}

static void open_close(void)
{
    open_null(1);
    close_it();
}

static void nothing(int sig)
{
    (void)sig;
}

static int take_signals(long n)
{
    (void)n;
    me = getpid();
    signal(SIGUSR1, nothing);
    return 0;
}

static void signal_me(void)
{
    must(__syscall(SYS_tgkill, me, me, SIGUSR1) == 0, "tgkill");
}

const struct bench call_benches[] = {
    { "null-call", null_call, NULL, NULL, 1, 1 },
    { "getpid", call_getpid, NULL, NULL, 1, 1 },
    { "clock-gettime", read_clock, NULL, NULL, 1, 1 },
    { "read-null-1", read_nothing, open_null, close_it, 1, 1 },
    { "write-null-1", write_byte, open_null, close_it, 1, 1 },
    { "read-zero-4096", read_page, open_zero, close_it, 4, 1 },
    { "open-close", open_close, NULL, NULL, 4, 1 },
    { "signal", signal_me, take_signals, NULL, 10, 1 },
    { 0 },
};
