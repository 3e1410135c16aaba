/* t_pipe.c - pipes: blocking, the end, SIGPIPE, large transfers. */
#include "check.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

static volatile sig_atomic_t signals;

static void count(int sig)
{
    (void)sig;
    signals++;
}

static void check_small(void)
{
    int fds[2];
    char buf[16];
    struct stat st;

    CHECK("pipe gives two descriptors", pipe(fds) == 0 && fds[0] >= 3 && fds[1] > fds[0]);
    CHECK("it is a pipe",
          fstat(fds[0], &st) == 0 && S_ISFIFO(st.st_mode) && FAILS_WITH(ESPIPE, lseek(fds[0], 0, SEEK_CUR)));
    CHECK("what goes in comes out", write(fds[1], "hello", 5) == 5 && read(fds[0], buf, 2) == 2 &&
                                        read(fds[0], buf + 2, 9) == 3 && memcmp(buf, "hello", 5) == 0);
    CHECK("each end has one direction",
          FAILS_WITH(EBADF, write(fds[0], "x", 1)) && FAILS_WITH(EBADF, read(fds[1], buf, 1)));
    write(fds[1], "rest", 4);
    close(fds[1]);
    CHECK("without a writer: the rest, then the end",
          read(fds[0], buf, 9) == 4 && read(fds[0], buf, 9) == 0 && read(fds[0], buf, 9) == 0);
    close(fds[0]);
}

static void check_no_reader(void)
{
    int fds[2];

    if (pipe(fds) < 0)
        exit(2);
    close(fds[0]);
    signal(SIGPIPE, count);
    CHECK("without a reader: EPIPE and SIGPIPE", FAILS_WITH(EPIPE, write(fds[1], "x", 1)) && signals == 1);
    signal(SIGPIPE, SIG_IGN);
    CHECK("SIGPIPE ignored: EPIPE alone", FAILS_WITH(EPIPE, write(fds[1], "x", 1)) && signals == 1);
    pid_t pid = patient_fork();
    if (pid == 0) {
        signal(SIGPIPE, SIG_DFL);
        write(fds[1], "x", 1);
        _exit(0);
    }
    CHECK("SIGPIPE as it is by default", reap(pid) == 1000 + SIGPIPE);
    close(fds[1]);
}

static void check_nonblocking(void)
{
    int fds[2];
    static char buf[PIPE_BUF];
    long room = 0;

    CHECK("O_NONBLOCK: nothing there yet", pipe2(fds, O_NONBLOCK | O_CLOEXEC) == 0 &&
                                               FAILS_WITH(EAGAIN, read(fds[0], buf, 1)) &&
                                               fcntl(fds[0], F_GETFD) == FD_CLOEXEC);
    for (ssize_t n; (n = write(fds[1], buf, sizeof(buf))) > 0;)
        room += n;
    CHECK("O_NONBLOCK: full, after at least 4096 bytes", errno == EAGAIN && room >= PIPE_BUF);
    CHECK("room again", read(fds[0], buf, sizeof(buf)) == (ssize_t)sizeof(buf) &&
                            write(fds[1], buf, sizeof(buf)) == (ssize_t)sizeof(buf));
    close(fds[0]);
    close(fds[1]);
}

/* The sleeper is woken by what it waits for: it says when by a second pipe. */
static void check_blocking(void)
{
    int fds[2], done[2];
    char c = 'x';
    struct timespec moment = { 0, 50000000 };

    if (pipe(fds) < 0 || pipe2(done, O_NONBLOCK) < 0)
        exit(2);
    pid_t pid = patient_fork();
    if (pid == 0) {
        close(fds[1]);
        ssize_t n = read(fds[0], &c, 1);
        write(done[1], "d", 1);
        _exit(n == 1 && c == 'y' ? 0 : 1);
    }
    nanosleep(&moment, NULL);
    CHECK("a reader waits", FAILS_WITH(EAGAIN, read(done[0], &c, 1)));
    CHECK("until there is something", write(fds[1], "y", 1) == 1 && reap(pid) == 0);
    pid = patient_fork();
    if (pid == 0) {
        close(fds[1]);
        _exit(read(fds[0], &c, 1) == 0 ? 0 : 1);
    }
    close(fds[1]);
    CHECK("or until the last writer has gone", reap(pid) == 0);
    close(fds[0]);
    close(done[0]);
    close(done[1]);
}

/* A megabyte in pieces of odd sizes, with a sum of its bytes by their positions. */
static void check_large(void)
{
    enum { SIZE = 1 << 20 };
    int fds[2];
    static unsigned char buf[10007];
    size_t got = 0;
    bool good = true;

    if (pipe(fds) < 0)
        exit(2);
    pid_t pid = patient_fork();
    if (pid == 0) {
        close(fds[0]);
        for (size_t sent = 0, n; sent < SIZE; sent += n) {
            n = SIZE - sent < sizeof(buf) ? SIZE - sent : sizeof(buf);
            for (size_t i = 0; i < n; i++)
                buf[i] = (unsigned char)((sent + i) * 31 >> 3);
            if (write(fds[1], buf, n) != (ssize_t)n)
                _exit(1);
        }
        _exit(0);
    }
    close(fds[1]);
    for (ssize_t n; (n = read(fds[0], buf, 777)) > 0; got += (size_t)n) {
        for (ssize_t i = 0; i < n; i++)
            good &= buf[i] == (unsigned char)((got + (size_t)i) * 31 >> 3);
    }
    CHECK("a megabyte, in order", reap(pid) == 0 && got == SIZE && good);
    close(fds[0]);
}

enum {
    WRITERS = 4,
    LINES = 500,
    LENGTH = 60
}; /* what does not divide the ring, so some lie around its end */

/* Room for a line: in one page, or partly in the next. */
static char *line_at(bool across)
{
    static char pages[2 * 4096] __attribute__((aligned(4096)));

    return pages + 4096 - (across ? LENGTH / 2 : LENGTH);
}

/* How many lines come until the end; -1 if one of them is not of one writer. */
static long read_lines(int fd)
{
    long lines = 0;
    bool good = true;

    for (ssize_t n; (n = read(fd, line_at(lines % 2 != 0), LENGTH)) > 0; lines++) {
        const char *line = line_at(lines % 2 != 0);
        for (ssize_t i = 1; i < n; i++)
            good &= line[i] == line[0];
        good &= n == LENGTH;
    }
    return good ? lines : -1;
}

static void check_atomic(void)
{
    int fds[2], sum[2];
    bool good = true;
    long others = 0;

    if (pipe(fds) < 0 || pipe(sum) < 0)
        exit(2);
    for (int i = 0; i < WRITERS; i++) {
        if (patient_fork() == 0) {
            char *line = line_at(i % 2 != 0);
            memset(line, 'a' + i, LENGTH);
            for (int n = 0; n < LINES; n++) {
                if (write(fds[1], line, LENGTH) != LENGTH)
                    _exit(1);
            }
            _exit(0);
        }
    }
    close(fds[1]);
    if (patient_fork() == 0) {
        others = read_lines(fds[0]);
        _exit(write(sum[1], &others, sizeof(others)) == sizeof(others) ? 0 : 1);
    }
    long lines = read_lines(fds[0]);
    for (int i = 0, status; i < WRITERS + 1; i++)
        good &= wait(&status) > 0 && status == 0;
    good &= read(sum[0], &others, sizeof(others)) == sizeof(others);
    CHECK("small pieces of four writers are not mixed, nor torn by two readers",
          good && lines >= 0 && others >= 0 && lines + others == (long)WRITERS * LINES);
    close(fds[0]);
    close(sum[0]);
    close(sum[1]);
}

/* A page that was never touched, and one that is not there. */
static void check_faults(void)
{
    int fds[2];
    char c = 0;
    char *fresh = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (fresh == MAP_FAILED || munmap(fresh + 4096, 4096) < 0 || pipe(fds) < 0)
        exit(2);
    CHECK("out of and into a page that is not there yet",
          write(fds[1], fresh, 1) == 1 && write(fds[1], "xyz", 3) == 3 && read(fds[0], fresh + 9, 1) == 1 &&
              read(fds[0], fresh + 4095, 1) == 1 && fresh[4095] == 'x');
    CHECK("EFAULT takes nothing and brings nothing", FAILS_WITH(EFAULT, read(fds[0], fresh + 4095, 2)) &&
                                                         FAILS_WITH(EFAULT, write(fds[1], fresh + 4095, 2)) &&
                                                         FAILS_WITH(EFAULT, write(fds[1], fresh + 4096, 1)) &&
                                                         read(fds[0], &c, 1) == 1 && c == 'y' &&
                                                         read(fds[0], &c, 1) == 1 && c == 'z');
    munmap(fresh, 4096);
    close(fds[0]);
    close(fds[1]);
}

static void check_poll(void)
{
    int fds[2];

    if (pipe(fds) < 0)
        exit(2);
    struct pollfd p[] = { { fds[0], POLLIN, 0 }, { fds[1], POLLOUT, 0 } };
    CHECK("poll: room, but nothing to read",
          poll(p, 2, 1000) == 1 && p[0].revents == 0 && p[1].revents == POLLOUT);
    CHECK("poll: time is over", poll(p, 1, 10) == 0);
    write(fds[1], "x", 1);
    CHECK("poll: something to read", poll(p, 1, -1) == 1 && p[0].revents == POLLIN);
    char c;
    read(fds[0], &c, 1);
    close(fds[1]);
    CHECK("poll: the writer has gone", poll(p, 1, -1) == 1 && p[0].revents == POLLHUP);
    close(fds[0]);
}

int main(void)
{
    check_small();
    check_no_reader();
    check_nonblocking();
    check_blocking();
    check_large();
    check_atomic();
    check_faults();
    check_poll();
    return verdict("t_pipe");
}
