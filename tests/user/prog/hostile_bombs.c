/* hostile_bombs.c - programs that take all there is: memory, processes, descriptors, the CPU. */
#include "check.h"
#include "hostile.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>

enum { PAGE = 4096, MANY = 40, SPINNERS = 6 };

static void limit(int what, unsigned long most)
{
    struct rlimit l = { most, most };

    must(setrlimit(what, &l) == 0);
}

/* Processes that make more of themselves, until there may not be more. The first one reports. */
static void bomb(unsigned long as_many)
{
    struct timespec moment = { 0, 1000000 };
    int fds[2];
    char c;

    must(pipe(fds) == 0);
    limit(RLIMIT_NPROC, as_many);
    pid_t first = fork();
    if (first == 0) {
        setpgid(0, 0);
        for (;;) {
            pid_t pid = fork();
            if (pid < 0) {
                write(fds[1], errno == EAGAIN ? "y" : "n", 1);
                pause();
            }
        }
    }
    must(first > 0 && read(fds[0], &c, 1) == 1 && c == 'y');
    setpgid(first, first);
    while (kill(-first, SIGKILL) == 0) { /* those, too, that were being born */
        waitpid(first, NULL, WNOHANG);
        nanosleep(&moment, NULL);
    }
    pid_t again = fork();
    if (again == 0)
        _exit(0);
    must(again > 0 && reap(again) == 0);
}

static void fork_bomb(void)
{
    bomb(MANY);
}

static void boundless_fork_bomb(void)
{
    bomb(~0ul);
}

static void descriptor_bomb(void)
{
    int last = -1, fd, n = 0;

    while ((fd = open("/dev/null", O_RDONLY)) >= 0) {
        last = fd;
        n++;
    }
    must(errno == EMFILE && n > 10);
    must(FAILS_WITH(EMFILE, dup(0)));
    close(last);
    must(open("/dev/null", O_RDONLY) == last);
}

static void pipe_bomb(void)
{
    char full[PAGE];
    int fds[2];
    ssize_t n;

    memset(full, 'x', sizeof(full));
    while (pipe(fds) == 0) {
        must(fcntl(fds[1], F_SETFL, (long)O_NONBLOCK) == 0);
        while ((n = write(fds[1], full, sizeof(full))) > 0)
            continue;
        must(n == -1 && (errno == EAGAIN || errno == ENOMEM));
    }
    must(errno == EMFILE || errno == ENFILE || errno == ENOMEM);
}

static void address_bomb(void)
{
    size_t size = 16 << 20, got = 0;

    limit(RLIMIT_AS, 128 << 20);
    while (mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
        got += size;
    must(errno == ENOMEM && got <= 128u << 20 && malloc(size) == NULL);
    must(mmap(NULL, SIZE_MAX - PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
}

/* All memory of the machine: whoever asks when there is none ends. */
static void memory_bomb(void)
{
    size_t size = 1 << 20;

    for (;;) {
        volatile char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (p == MAP_FAILED)
            raise(SIGBUS); /* one page more than there are addresses */
        for (size_t at = 0; at < size; at += PAGE)
            p[at] = 1;
    }
}

static void table_bomb(void)
{
    for (size_t step = 4 << 20, n = 0; n < 4096; n++) {
        char *where = (char *)(0x10000000 + n * step);
        volatile char *p = mmap(where, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (p == MAP_FAILED)
            return;
        *p = 1;
    }
}

/* More of them than CPUs, all that they may block is blocked: they are interrupted, and end. */
static void spin(void)
{
    pid_t spinner[SPINNERS];
    unsigned long first = 1;
    struct timespec moment = { 0, 50000000 };

    sched_setaffinity(0, sizeof(first), &first);
    for (int i = 0; i < SPINNERS; i++) {
        spinner[i] = fork();
        if (spinner[i] == 0) {
            sigset_t all = ~(sigset_t)0;
            sigprocmask(SIG_SETMASK, &all, NULL);
            for (;;)
                continue;
        }
    }
    must(nanosleep(&moment, NULL) == 0);
    for (int i = 0; i < SPINNERS; i++)
        must(kill(spinner[i], SIGKILL) == 0 && reap(spinner[i]) == 1000 + SIGKILL);
}

const struct attack bombs[] = {
    { "fork bomb", fork_bomb, LIVES, NULL },
    { "fork bomb without a limit", boundless_fork_bomb, LIVES, NULL },
    { "descriptor bomb", descriptor_bomb, LIVES, NULL },
    { "pipe bomb", pipe_bomb, LIVES, NULL },
    { "address bomb", address_bomb, LIVES, NULL },
    { "memory bomb", memory_bomb, SIGBUS, "tried to write ?, but there is no memory for it" },
    { "table bomb", table_bomb, LIVES, NULL },
    { "spin for ever", spin, LIVES, NULL },
};
const size_t bomb_count = sizeof(bombs) / sizeof(bombs[0]);
