/* t_job.c - jobs: signals to a whole process group, groups that nobody looks after, stops in a wait. */
#include "check.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>

enum { ROUNDS = 20, CHILDREN = 12, PATIENCE = 5000, MOMENT = 60, WAIT = 400 }; /* milliseconds */
enum { FUTEX_WAIT_CALL = 0 };

static void pass(long ms)
{
    struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

    while (nanosleep(&t, &t) < 0)
        continue;
}

static long now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Has children until somebody ends it; all of them have the pipe that their parent waits for. */
static void have_children(int report, int first)
{
    setpgid(0, 0);
    for (int i = 0; i < CHILDREN; i++) {
        if (i == first)
            write(report, "f", 1);
        if (patient_fork() == 0)
            break;
    }
    close(report);
    for (;;)
        pause();
}

/* Nobody has the other end any more. */
static bool all_gone(int fd)
{
    struct pollfd p = { fd, POLLIN, 0 };
    char c;

    return poll(&p, 1, PATIENCE) == 1 && read(fd, &c, 1) == 0;
}

static bool kill_while_it_forks(int sig, int first)
{
    int hold[2], report[2];
    char c;

    if (pipe(hold) < 0 || pipe(report) < 0)
        exit(2);
    pid_t pid = patient_fork();
    if (pid == 0) {
        close(hold[0]);
        close(report[0]);
        have_children(report[1], first);
    }
    close(hold[1]);
    close(report[1]);
    bool good = read(report[0], &c, 1) == 1 && kill(-pid, sig) == 0 && reap(pid) == 1000 + sig;
    good &= all_gone(hold[0]);
    kill(-pid, SIGKILL); /* whom it has missed */
    close(hold[0]);
    close(report[0]);
    return good;
}

static void check_fork_and_kill(void)
{
    bool good = true;

    for (int i = 0; i < ROUNDS; i++)
        good &= kill_while_it_forks(i % 2 ? SIGKILL : SIGTERM, i % (CHILDREN - 1));
    CHECK("a signal to a group that has children reaches all of them", good);
}

/* --- Groups that nobody looks after --- */

static int out; /* what a process of such a group has to say */

static void hung_up(int sig)
{
    (void)sig;
    write(out, "h", 1);
}

/* Stops; after that it is alone, and cannot be stopped by the terminal any more. */
static _Noreturn void be_left_alone(void)
{
    signal(SIGHUP, hung_up);
    raise(SIGTSTP);
    write(out, "c", 1);
    raise(SIGTSTP);
    raise(SIGTTIN);
    raise(SIGTTOU);
    write(out, "i", 1);
    _exit(0);
}

/* What comes out of a pipe until nobody has it open; at most that. */
static bool comes(int fd, const char *expected)
{
    char text[16];
    size_t n = 0;
    struct pollfd p = { fd, POLLIN, 0 };

    while (n < sizeof(text) - 1 && poll(&p, 1, PATIENCE) == 1) {
        ssize_t more = read(fd, text + n, sizeof(text) - 1 - n);
        if (more <= 0)
            break;
        n += (size_t)more;
    }
    text[n] = 0;
    if (strcmp(text, expected) != 0)
        printf("# \"%s\" came\n", text);
    return strcmp(text, expected) == 0;
}

/* Its parent, in another group of the session, ends: the session's leader, or a member of the same group. */
static bool leave_alone(bool end_session)
{
    int fds[2];

    if (pipe(fds) < 0)
        exit(2);
    pid_t pid = patient_fork();
    if (pid == 0) {
        close(fds[0]);
        out = fds[1];
        if (end_session)
            setsid();
        else
            setpgid(0, 0);
        pid_t child = patient_fork();
        if (child == 0) {
            if (end_session)
                setpgid(0, 0);
            be_left_alone();
        }
        _exit(reap(child) == 2000 + SIGTSTP ? 0 : 1);
    }
    close(fds[1]);
    bool good = reap(pid) == 0 && comes(fds[0], "hci");
    close(fds[0]);
    return good;
}

static void check_orphans(void)
{
    CHECK("a group left alone by its shell goes on", leave_alone(true));
    CHECK("so does one left alone by a member", leave_alone(false));
}

/* With a terminal: t_job tty. A group that nobody would bring to the foreground cannot wait for that. */
static int read_tty(void)
{
    int fds[2];

    if (pipe(fds) < 0)
        exit(2);
    pid_t pid = patient_fork();
    if (pid == 0) {
        close(fds[0]);
        setpgid(0, 0);
        if (patient_fork() == 0) {
            char c;
            pid_t parent = getppid();
            int tty = open("/dev/tty", O_RDWR), group = getpgrp();
            while (getppid() == parent)
                pass(1);
            bool good = tty >= 0 && FAILS_WITH(EIO, read(tty, &c, 1)) &&
                        FAILS_WITH(ENOTTY, ioctl(tty, TIOCSPGRP, &group));
            write(fds[1], good ? "e" : "?", 1);
            _exit(0);
        }
        pass(MOMENT);
        _exit(0);
    }
    close(fds[1]);
    CHECK("a group left alone cannot read from the terminal", reap(pid) == 0 && comes(fds[0], "e"));
    return verdict("t_job");
}

/* --- Stopped while it waits --- */

static bool sleeps(void)
{
    struct timespec t = { 0, WAIT * 1000000 };
    return nanosleep(&t, NULL) == 0;
}

static bool polls(void)
{
    return poll(NULL, 0, WAIT) == 0;
}

static bool waits_for_word(void)
{
    static uint32_t word;
    struct timespec t = { 0, WAIT * 1000000 };
    return FAILS_WITH(ETIMEDOUT, syscall(SYS_futex, &word, FUTEX_WAIT_CALL, 0, &t, 0, 0));
}

static void note(int sig)
{
    (void)sig;
}

static bool suspends(void)
{
    sigset_t none = 0, alarm = 0;

    sigaddset(&alarm, SIGUSR1);
    sigprocmask(SIG_BLOCK, &alarm, NULL);
    signal(SIGUSR1, note);
    return FAILS_WITH(EINTR, sigsuspend(&none));
}

/* The child stops in its wait and goes on: the wait is as long as it was to be, and ends as it was to end. */
static bool stops_in(bool (*waits)(void), long stop, int signal_at_end)
{
    pid_t pid = patient_fork();

    if (pid == 0) {
        long begin = now();
        bool good = waits();
        _exit(good && now() - begin >= WAIT - 1 ? 0 : 1);
    }
    pass(MOMENT);
    kill(pid, SIGSTOP);
    bool good = reap(pid) == 2000 + SIGSTOP;
    pass(stop);
    kill(pid, SIGCONT);
    if (signal_at_end != 0) {
        pass(WAIT);
        kill(pid, signal_at_end);
    }
    return reap(pid) == 0 && good;
}

static void check_stops(void)
{
    CHECK("nanosleep goes on after a stop", stops_in(sleeps, MOMENT, 0));
    CHECK("and is over when the stop was longer", stops_in(sleeps, WAIT, 0));
    CHECK("poll goes on after a stop", stops_in(polls, MOMENT, 0));
    CHECK("futex goes on after a stop", stops_in(waits_for_word, MOMENT, 0));
    CHECK("sigsuspend goes on after a stop", stops_in(suspends, MOMENT, SIGUSR1));
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "tty") == 0)
        return read_tty();
    check_fork_and_kill();
    check_orphans();
    check_stops();
    return verdict("t_job");
}
