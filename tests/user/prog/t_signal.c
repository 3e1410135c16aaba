/* t_signal.c - signals: handlers, masks, restarting, children, faults, stopping. */
#include "check.h"

#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <time.h>

static volatile sig_atomic_t count, last, depth, deepest, raised;
static volatile int from_pid, code;
static void *volatile address;

static void note(int sig)
{
    count++;
    last = sig;
}

static void note_info(int sig, siginfo_t *info, void *context)
{
    note(sig);
    from_pid = info->si_pid;
    code = info->si_code;
    address = context;
}

static void install(int sig, void (*handler)(int), unsigned long flags)
{
    struct sigaction action = { .sa_handler = handler, .sa_flags = flags };

    sigaction(sig, &action, NULL);
    count = 0;
}

static void check_handlers(void)
{
    struct sigaction info = { .sa_sigaction = note_info, .sa_flags = SA_SIGINFO }, old;

    install(SIGUSR1, note, 0);
    CHECK("a handler runs", raise(SIGUSR1) == 0 && count == 1 && last == SIGUSR1);
    CHECK("kill to itself", kill(getpid(), SIGUSR1) == 0 && count == 2);
    CHECK("SA_SIGINFO says who", sigaction(SIGUSR2, &info, NULL) == 0 && kill(getpid(), SIGUSR2) == 0 &&
                                     last == SIGUSR2 && from_pid == getpid() && code == SI_USER &&
                                     address != NULL);
    CHECK("sigaction tells the old one", sigaction(SIGUSR1, NULL, &old) == 0 && old.sa_handler == note);
    install(SIGUSR1, note, SA_RESETHAND);
    raise(SIGUSR1);
    sigaction(SIGUSR1, NULL, &old);
    CHECK("SA_RESETHAND: once", count == 1 && old.sa_handler == SIG_DFL);
    signal(SIGUSR1, SIG_IGN);
    CHECK("an ignored one does nothing", raise(SIGUSR1) == 0);
    CHECK("SIGKILL and SIGSTOP cannot be handled", FAILS_WITH(EINVAL, sigaction(SIGKILL, &info, NULL)) &&
                                                       FAILS_WITH(EINVAL, sigaction(SIGSTOP, &info, NULL)));
    CHECK("there is no signal 65", FAILS_WITH(EINVAL, kill(getpid(), 65)) && kill(getpid(), 0) == 0);
    CHECK("nor such a process", FAILS_WITH(ESRCH, kill(0x3fffffff, SIGTERM)));
}

static void check_mask(void)
{
    sigset_t set = 0, old, pending;

    install(SIGUSR1, note, 0);
    sigaddset(&set, SIGUSR1);
    CHECK("a blocked signal waits", sigprocmask(SIG_BLOCK, &set, &old) == 0 && raise(SIGUSR1) == 0 &&
                                        raise(SIGUSR1) == 0 && count == 0 && !sigismember(&old, SIGUSR1));
    CHECK("as one that is pending",
          sigpending(&pending) == 0 && sigismember(&pending, SIGUSR1) && !sigismember(&pending, SIGUSR2));
    CHECK("unblocked it comes, once", sigprocmask(SIG_SETMASK, &old, NULL) == 0 && count == 1);
    sigset_t all = ~(sigset_t)0;
    sigprocmask(SIG_BLOCK, &all, &old);
    sigprocmask(SIG_BLOCK, NULL, &set);
    CHECK("SIGKILL and SIGSTOP cannot be blocked",
          !sigismember(&set, SIGKILL) && !sigismember(&set, SIGSTOP) && sigismember(&set, SIGTERM));
    sigprocmask(SIG_SETMASK, &old, NULL);
    sigprocmask(SIG_BLOCK, (sigaddset(&set, SIGUSR1), &set), NULL);
    raise(SIGUSR1);
    CHECK("sigsuspend lets it in", FAILS_WITH(EINTR, sigsuspend(&old)) && count == 2);
    sigprocmask(SIG_BLOCK, NULL, &pending);
    CHECK("and has the mask of before then", sigismember(&pending, SIGUSR1));
    sigprocmask(SIG_SETMASK, &old, NULL);
}

static void nest(int sig)
{
    depth++;
    if (depth > deepest)
        deepest = depth;
    if (raised++ < 2)
        raise(sig == SIGUSR1 ? SIGUSR2 : SIGUSR1);
    depth--;
}

static void check_nesting(void)
{
    struct sigaction action = { .sa_handler = nest, .sa_flags = SA_NODEFER };

    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGUSR2, &action, NULL);
    raise(SIGUSR1);
    CHECK("SA_NODEFER: handlers within handlers", deepest == 3 && depth == 0);
    action.sa_flags = 0;
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGUSR2, &action, NULL);
    deepest = raised = 0;
    raise(SIGUSR1);
    CHECK("without it each waits for its own end", deepest == 2 && depth == 0);
    action.sa_mask = ~(sigset_t)0;
    sigaction(SIGUSR1, &action, NULL);
    deepest = 0;
    raised = 1;
    raise(SIGUSR1);
    CHECK("sa_mask: none while it runs", deepest == 1 && depth == 0);
}

/* A child sends the signal, and a little later writes. */
static ssize_t interrupted_read(unsigned long flags)
{
    int fds[2], error;
    char c = 0;
    struct timespec moment = { 0, 50000000 };
    pid_t parent = getpid();

    if (pipe(fds) < 0)
        exit(2);
    install(SIGUSR1, note, flags);
    pid_t pid = patient_fork();
    if (pid == 0) {
        nanosleep(&moment, NULL);
        kill(parent, SIGUSR1);
        nanosleep(&moment, NULL);
        write(fds[1], "w", 1);
        _exit(0);
    }
    ssize_t n = read(fds[0], &c, 1);
    error = errno;
    waitpid(pid, NULL, 0);
    close(fds[0]);
    close(fds[1]);
    errno = error;
    return n;
}

static void check_restart(void)
{
    signal(SIGCHLD, SIG_DFL);
    CHECK("a handler interrupts read()", FAILS_WITH(EINTR, interrupted_read(0)) && count == 1);
    CHECK("SA_RESTART: it goes on", interrupted_read(SA_RESTART) == 1 && count == 1);
    struct timespec t = { 5, 0 }, left = { 9, 0 };
    pid_t parent = getpid(), pid = patient_fork();
    if (pid == 0) {
        struct timespec moment = { 0, 50000000 };
        nanosleep(&moment, NULL);
        kill(parent, SIGUSR1);
        _exit(0);
    }
    CHECK("nanosleep never does, and says what is left",
          FAILS_WITH(EINTR, nanosleep(&t, &left)) && left.tv_sec >= 3 && left.tv_sec < 5);
    waitpid(pid, NULL, 0);
}

static void check_children(void)
{
    struct sigaction action = { .sa_sigaction = note_info, .sa_flags = SA_SIGINFO | SA_RESTART };

    count = 0;
    sigaction(SIGCHLD, &action, NULL);
    pid_t pid = patient_fork();
    if (pid == 0)
        _exit(6);
    CHECK("SIGCHLD when a child has ended",
          reap(pid) == 6 && count == 1 && from_pid == pid && code == CLD_EXITED);
    signal(SIGCHLD, SIG_IGN);
    pid = patient_fork();
    if (pid == 0)
        _exit(0);
    CHECK("SIGCHLD ignored: no zombie", FAILS_WITH(ECHILD, waitpid(pid, NULL, 0)));
    signal(SIGCHLD, SIG_DFL);
}

/* Makes what was missing, so that the instruction can be done again. */
static void repair(int sig, siginfo_t *info, void *context)
{
    (void)context;
    note(sig);
    address = info->si_addr;
    code = info->si_code;
    mprotect((void *)((uintptr_t)info->si_addr & ~(uintptr_t)4095), 4096, PROT_READ | PROT_WRITE);
}

/* By name: the kernel's message has it. */
static __attribute__((noinline)) void write_to_nowhere(void)
{
    volatile char *volatile nowhere = (volatile char *)16;
    *nowhere = 1;
}

static void check_faults(void)
{
    struct sigaction action = { .sa_sigaction = repair, .sa_flags = SA_SIGINFO };
    volatile char *p = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    count = 0;
    sigaction(SIGSEGV, &action, NULL);
    p[123] = 5;
    CHECK("SIGSEGV with the address; then the access is done again",
          count == 1 && address == (void *)(p + 123) && code == SEGV_ACCERR && p[123] == 5);
    signal(SIGSEGV, SIG_IGN);
    pid_t pid = patient_fork();
    if (pid == 0) {
        write_to_nowhere();
        _exit(0);
    }
    CHECK("a fault cannot be ignored", reap(pid) == 1000 + SIGSEGV);
    signal(SIGSEGV, SIG_DFL);
    pid = patient_fork();
    if (pid == 0) {
        __builtin_trap();
        _exit(0);
    }
    int how = reap(pid) - 1000;
    CHECK("what is no instruction ends the program", how == SIGILL || how == SIGTRAP);
}

static void check_altstack(void)
{
    static char stack[16384];
    stack_t alternate = { stack, 0, sizeof(stack) }, now;
    struct sigaction action = { .sa_sigaction = note_info, .sa_flags = SA_SIGINFO | SA_ONSTACK };

    sigaction(SIGUSR2, &action, NULL);
    bool good = sigaltstack(&alternate, NULL) == 0 && raise(SIGUSR2) == 0;
    CHECK("a stack of its own for handlers",
          good && (char *)address > stack && (char *)address < stack + sizeof(stack));
    CHECK("sigaltstack tells", sigaltstack(NULL, &now) == 0 && now.ss_sp == stack && now.ss_flags == 0);
    stack_t none = { NULL, SS_DISABLE, 0 };
    sigaltstack(&none, NULL);
}

static void check_stop(void)
{
    int status;
    pid_t pid = patient_fork();

    if (pid == 0) {
        raise(SIGSTOP);
        for (;;)
            pause();
    }
    CHECK("SIGSTOP stops, the parent learns it", reap(pid) == 2000 + SIGSTOP);
    CHECK("SIGCONT continues, and that, too",
          kill(pid, SIGCONT) == 0 && waitpid(pid, &status, WCONTINUED) == pid && WIFCONTINUED(status));
    kill(pid, SIGSTOP);
    CHECK("SIGKILL ends also who is stopped",
          reap(pid) == 2000 + SIGSTOP && kill(pid, SIGKILL) == 0 && reap(pid) == 1000 + SIGKILL);
    pid = patient_fork();
    if (pid == 0) {
        setpgid(0, 0);
        patient_fork();
        signal(SIGTERM, SIG_DFL);
        for (;;)
            pause();
    }
    setpgid(pid, pid);
    CHECK("kill to a group", kill(-pid, SIGTERM) == 0 && reap(pid) == 1000 + SIGTERM);
}

int main(void)
{
    check_handlers();
    check_mask();
    check_nesting();
    check_restart();
    check_children();
    check_faults();
    check_altstack();
    check_stop();
    return verdict("t_signal");
}
