/* t_group.c - what the threads of a process share: files, signals, an alarm; its end; exec by any of them. */
#include "threads.h"

#include <time.h>

enum { ALARMS = 500 };

static int channel[2];

static int read_one(void *argument)
{
    struct thread *t = argument;
    char c = 0;

    t->number = read(channel[0], &c, 1) == 1 ? c : -1;
    return 0;
}

static void check_files(void)
{
    struct timespec moment = { 0, 50000000 };

    if (pipe(channel) < 0)
        exit(2);
    start(&threads[0], read_one);
    nanosleep(&moment, NULL);
    CHECK("a file that is closed while another thread reads lives until that is over",
          close(channel[0]) == 0 && write(channel[1], "x", 1) == 1);
    join(&threads[0]);
    CHECK("and it reads what comes", threads[0].number == 'x');
    signal(SIGPIPE, SIG_IGN);
    CHECK("then it is closed", FAILS_WITH(EPIPE, write(channel[1], "x", 1)));
    close(channel[1]);
}

static int write_in_vain(void *argument)
{
    struct thread *t = argument;
    sigset_t pipe_only = 0, pending = 0;

    sigaddset(&pipe_only, SIGPIPE);
    sigprocmask(SIG_BLOCK, &pipe_only, NULL);
    bool failed = FAILS_WITH(EPIPE, write(channel[1], "x", 1));
    sigpending(&pending);
    t->number = failed && sigismember(&pending, SIGPIPE);
    return 0;
}

/* alarm() of i386; the others have none. */
static long set_alarm(unsigned seconds)
{
    return SYS_alarm < 0 ? 0 : __syscall(SYS_alarm, seconds);
}

static int set_alarms(void *argument)
{
    (void)argument;
    for (unsigned i = 0; i < ALARMS; i++)
        set_alarm(1000 + i % 2);
    return 0;
}

/* What comes to a thread that is not the first. */
static void check_signals(void)
{
    if (pipe(channel) < 0)
        exit(2);
    close(channel[0]);
    signal(SIGPIPE, SIG_DFL);
    start(&threads[0], write_in_vain);
    join(&threads[0]);
    CHECK("SIGPIPE is for the thread that wrote", threads[0].number == 1);
    close(channel[1]);
    for (int i = 0; i < THREADS; i++)
        start(&threads[i], set_alarms);
    for (int i = 0; i < THREADS; i++)
        join(&threads[i]);
    CHECK("all threads have one alarm", (SYS_alarm < 0 || set_alarm(0) > 900) && set_alarm(0) == 0);
}

static int end_at_once(void *argument)
{
    (void)argument;
    return 0;
}

static int end_all(void *argument)
{
    (void)argument;
    __syscall(SYS_exit_group, 21);
    return 0;
}

static void check_end(void)
{
    pid_t pid = patient_fork();

    if (pid == 0) {
        start(&threads[1], end_all);
        for (;;)
            pause();
    }
    CHECK("exit_group ends all threads", reap(pid) == 21);
    pid = patient_fork();
    if (pid == 0) {
        start(&threads[1], end_at_once);
        join(&threads[1]);
        __syscall(SYS_exit, 22);
    }
    CHECK("the process ends with its last thread", reap(pid) == 22);
}

/* --- exec by a thread: the process keeps its PID, and has one thread --- */

static const char *self;
static bool leader_ends;

static int begin_again(void *argument)
{
    char number[16], mode[] = "again";
    char *argv[] = { (char *)(uintptr_t)self, mode, number, NULL }, *envp[] = { NULL };
    struct timespec moment = { 0, 50000000 };
    sigset_t mask = 0;
    (void)argument;

    snprintf(number, sizeof(number), "%d", getpid());
    sigaddset(&mask, SIGUSR1);
    sigprocmask(SIG_SETMASK, &mask, NULL);
    __syscall(SYS_tgkill, getpid(), gettid(), SIGUSR1);
    if (leader_ends)
        nanosleep(&moment, NULL);
    execve(self, argv, envp);
    __syscall(SYS_exit_group, 30);
    return 0;
}

static int only_wait(void *argument)
{
    (void)argument;
    while (pause() < 0)
        continue;
    return 0;
}

static int second(char **argv)
{
    sigset_t mask, pending;

    sigprocmask(SIG_BLOCK, NULL, &mask);
    sigpending(&pending);
    if (getpid() != atoi(argv[2]) || gettid() != getpid())
        return 31;
    if (!sigismember(&mask, SIGUSR1) || sigismember(&mask, SIGUSR2))
        return 32;
    return sigismember(&pending, SIGUSR1) ? 33 : 34;
}

static int exec_by_thread(void)
{
    pid_t pid = patient_fork();

    if (pid == 0) {
        start(&threads[0], only_wait);
        start(&threads[1], begin_again);
        if (leader_ends)
            __syscall(SYS_exit, 35);
        only_wait(NULL);
    }
    return reap(pid);
}

static void check_exec(void)
{
    CHECK("exec by a thread keeps the PID, its mask, what is pending", exec_by_thread() == 33);
    leader_ends = true;
    CHECK("also where the first thread has ended", exec_by_thread() == 33);
}

int main(int argc, char **argv)
{
    self = argv[0];
    if (argc > 2)
        return second(argv);
    check_files();
    check_signals();
    check_end();
    check_exec();
    return verdict("t_group");
}
