/* t_job.c - jobs: signals to a whole process group, groups that nobody looks after, stops in a wait. */
#include "check.h"

#include <poll.h>
#include <signal.h>

enum { ROUNDS = 20, CHILDREN = 12, PATIENCE = 5000 };

/* Has children until somebody ends it; all of them have the pipe that their parent waits for. */
static void have_children(int report, int first)
{
    setpgid(0, 0);
    for (int i = 0; i < CHILDREN; i++) {
        if (i == first)
            write(report, "f", 1);
        if (fork() == 0)
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
    pid_t pid = fork();
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

int main(void)
{
    check_fork_and_kill();
    return verdict("t_job");
}
