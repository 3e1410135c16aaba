/* t_fork.c - fork, exit, wait4, orphans, process groups and sessions. */
#include "check.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <uapi/system.h>

static int data = 1;

static void check_birth(void)
{
    int on_stack = 1;
    pid_t parent = getpid(), pid = patient_fork();

    if (pid == 0) {
        bool good = getppid() == parent && getpid() != parent && data == 1 && on_stack == 1;
        data = on_stack = 2;
        _exit(good ? 42 : 1);
    }
    CHECK("a child has what its parent had, and another PID", pid > 0 && reap(pid) == 42);
    CHECK("what it changes is its own", data == 1 && on_stack == 1);
    CHECK("after that there is no child", FAILS_WITH(ECHILD, waitpid(pid, NULL, 0)));
    CHECK("nor any other", FAILS_WITH(ECHILD, wait(NULL)));
}

static void check_status(void)
{
    int codes[] = { 0, 1, 127, 255 };
    bool good = true;

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        pid_t pid = patient_fork();
        if (pid == 0)
            _exit(codes[i] | 0x100); /* only eight bits arrive */
        good &= reap(pid) == codes[i];
    }
    CHECK("exit codes arrive, eight bits of them", good);
    pid_t pid = patient_fork();
    if (pid == 0) {
        raise(SIGKILL);
        _exit(0);
    }
    CHECK("so does the signal that killed", reap(pid) == 1000 + SIGKILL);
}

static void check_wait(void)
{
    int gate[2], status = 77;
    char c;

    if (pipe(gate) < 0)
        exit(2);
    pid_t slow = patient_fork();
    if (slow == 0) {
        close(gate[1]);
        _exit(read(gate[0], &c, 1) == 0 ? 3 : 4);
    }
    close(gate[0]);
    CHECK("WNOHANG: nobody has ended", waitpid(slow, &status, WNOHANG) == 0 && status == 77);
    pid_t quick = patient_fork();
    if (quick == 0)
        _exit(5);
    CHECK("wait for one of two", waitpid(quick, &status, 0) == quick && WEXITSTATUS(status) == 5);
    close(gate[1]);
    struct rusage usage;
    memset(&usage, 0xff, sizeof(usage));
    CHECK("wait for anybody, with its usage", wait4(-1, &status, 0, &usage) == slow &&
                                                  WEXITSTATUS(status) == 3 && usage.ru_utime.tv_sec >= 0 &&
                                                  usage.ru_utime.tv_sec < 10);
    CHECK("unknown options", FAILS_WITH(EINVAL, waitpid(-1, NULL, 0x10000000)));
}

/* The grandchild writes its parent's PID before and after that has ended. */
static void check_orphan(void)
{
    int gate[2], result[2], said = -1;

    if (pipe(gate) < 0 || pipe(result) < 0)
        exit(2);
    pid_t pid = patient_fork();
    if (pid == 0) {
        pid_t parent = getpid();
        if (patient_fork() == 0) {
            char c;
            close(gate[1]);
            bool good = read(gate[0], &c, 1) == 0 && getppid() != parent;
            write(result[1], &good, sizeof(good));
            _exit(0);
        }
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    close(gate[1]);
    bool good = false;
    said = (int)read(result[0], &good, sizeof(good));
    CHECK("an orphan gets another parent", said == sizeof(good) && good);
    CHECK("which is not its grandparent", FAILS_WITH(ECHILD, wait(NULL)));
}

static void check_groups(void)
{
    pid_t group = getpgrp(), pid = patient_fork();

    if (pid == 0) {
        bool good = getpgrp() == group && setpgid(0, 0) == 0 && getpgrp() == getpid();
        good &= getpgid(getppid()) == group && FAILS_WITH(EPERM, setsid());
        _exit(good ? 0 : 1);
    }
    CHECK("setpgid makes a group; its leader cannot make a session", reap(pid) == 0);
    pid = patient_fork();
    if (pid == 0) {
        bool good = setsid() == getpid() && getsid(0) == getpid() && getpgrp() == getpid();
        _exit(good && FAILS_WITH(EPERM, setpgid(0, 0)) ? 0 : 1);
    }
    CHECK("setsid makes a session with one group", reap(pid) == 0);
    CHECK("no such process", FAILS_WITH(ESRCH, getpgid(0x3fffffff)));
    pid = patient_fork();
    if (pid == 0) {
        setpgid(0, 0);
        pid_t inner = patient_fork();
        if (inner == 0)
            _exit(9);
        int status;
        bool good = waitpid(-getpid(), &status, 0) == inner && WEXITSTATUS(status) == 9;
        _exit(good ? 0 : 1);
    }
    CHECK("wait for a group", reap(pid) == 0);
}

/* A name may have any bytes; where others show it, it has to stay in its line. */
static void check_name(void)
{
    static const char name[] = "a\nb\033[7m\377";
    char back[16] = { 0 }, line[512];

    bool good = syscall(SYS_prctl, PR_SET_NAME, name) == 0 && syscall(SYS_prctl, PR_GET_NAME, back) == 0;
    CHECK("a name comes back as it was given", good && strcmp(back, name) == 0);
    int fd = open("/proc/self/status", O_RDONLY);
    ssize_t n = read(fd, line, sizeof(line) - 1);
    line[n > 0 ? n : 0] = 0;
    const char *next = strchr(line, '\n');
    CHECK("in /proc it is one line", strncmp(line, "Name:\ta", 7) == 0 && next != NULL && next[1] != 'b');
    close(fd);
}

static void check_limits(void)
{
    struct rlimit l = { 20, 10 }, most = { 10, (uint64_t)1 << 40 }, now;

    CHECK("a limit above the most", FAILS_WITH(EINVAL, setrlimit(RLIMIT_NOFILE, &l)));
    CHECK("no table of files is that large", FAILS_WITH(EPERM, setrlimit(RLIMIT_NOFILE, &most)));
    l = (struct rlimit){ 20, 30 };
    CHECK("a lower limit", setrlimit(RLIMIT_NOFILE, &l) == 0 && getrlimit(RLIMIT_NOFILE, &now) == 0 &&
                               now.rlim_cur == 20 && now.rlim_max == 30);
}

int main(void)
{
    check_birth();
    check_status();
    check_wait();
    check_orphan();
    check_groups();
    check_name();
    check_limits();
    return verdict("t_fork");
}
