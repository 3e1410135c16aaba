/* torture.c - what processes do to each other on all CPUs: torture NAME... [-n ROUNDS] [-s SEED], or all.
 *
 * Each ends with the kernel's account: whatever was taken has been given back.
 */
#include "torture.h"

#include <err.h>
#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

enum { WORKERS = 4, TREE_DEPTH = 24, MOST = 256 };

unsigned torture_rounds = 60, torture_seed = 1;
static _Alignas(16) char stacks[8][STACK];

/* --- fork, exec, exit, on all CPUs at once --- */

static void cycle(unsigned n)
{
    static char name[] = "true";
    char *argv[] = { name, NULL };

    while (n-- > 0) {
        pid_t pid = must_fork();
        if (pid == 0) {
            if (n % 2 == 0)
                execv("/bin/true", argv);
            _exit(n % 2 == 0 ? errno == ENOMEM ? 0 : 9 : 0);
        }
        int status;
        if (waitpid(pid, &status, 0) != pid || (status != 0 && status != SIGKILL))
            errx(1, "cycle: status %#x", (unsigned)status);
    }
}

static int cycles(void)
{
    for (int i = 0; i < WORKERS; i++) {
        if (must_fork() == 0) {
            cycle(torture_rounds);
            _exit(0);
        }
    }
    return reap_all(0);
}

/* --- Threads that exec, exit, exit_group and fork, all at the same time --- */

static atomic_uint dice;

static int end_somehow(void *arg)
{
    static char name[] = "true";
    char *argv[] = { name, NULL };
    unsigned state = atomic_fetch_add(&dice, 7919) + (unsigned)(uintptr_t)arg;

    for (unsigned n = any(&state) % 4; n > 0; n--)
        sched_yield();
    switch (any(&state) % 6) {
    case 0:
        execv("/bin/true", argv);
        break;
    case 1:
        __syscall(SYS_exit_group, 0);
        break;
    case 2:
        kill(getpid(), SIGKILL);
        break;
    case 3:
        if (fork() == 0)
            _exit(0);
        break;
    case 4:
        __syscall(SYS_exit, 0);
    }
    return 0;
}

static int ends(void)
{
    int faults = 0;

    for (unsigned r = 0; r < torture_rounds; r++) {
        for (int p = 0; p < WORKERS; p++) {
            if (must_fork() != 0)
                continue;
            atomic_store(&dice, torture_seed * 65537 + r * 31 + (unsigned)p);
            for (uintptr_t i = 0; i < 5; i++)
                __clone(thread_flags, stacks[i] + STACK, NULL, NULL, NULL, end_somehow, (void *)i);
            end_somehow((void *)5);
            __syscall(SYS_exit, 0);
        }
        faults += reap_all(1ull << SIGKILL);
    }
    return faults;
}

/* --- Pipes whose ends die at any time --- */

static void chat(int in, int out)
{
    char text[700];

    for (;;) {
        if (write(out, text, sizeof(text)) < 0 && errno != EINTR)
            _exit(0);
        if (read(in, text, sizeof(text)) == 0)
            _exit(0);
    }
}

static void tick(int signo)
{
    (void)signo;
}

static int storm(void)
{
    unsigned state = torture_seed;
    int faults = 0;

    for (unsigned r = 0; r < torture_rounds; r++) {
        int fds[2], more[2];
        pid_t pid[WORKERS];
        if (pipe(fds) < 0)
            continue;
        if (pipe(more) < 0) {
            close(fds[0]);
            close(fds[1]);
            continue;
        }
        for (int i = 0; i < WORKERS; i++) {
            pid[i] = must_fork();
            if (pid[i] == 0) {
                struct sigaction a = { .sa_handler = tick, .sa_flags = i % 2 ? SA_RESTART : 0 };
                sigaction(SIGUSR1, &a, NULL);
                chat(i % 2 ? fds[0] : more[0], i % 2 ? more[1] : fds[1]);
            }
        }
        for (int i = 0; i < 2; i++) {
            close(fds[i]);
            close(more[i]);
        }
        static const int signals[] = {
            SIGUSR1, SIGUSR1, SIGUSR1, SIGSTOP, SIGCONT, SIGTERM, SIGCONT, SIGKILL
        };
        for (int k = 0; k < 40; k++)
            kill(pid[any(&state) % WORKERS], signals[any(&state) % (k < 30 ? 5 : 8)]);
        for (int i = 0; i < WORKERS; i++)
            kill(pid[i], SIGKILL);
        faults += reap_all(1ull << SIGKILL | 1ull << SIGTERM | 1ull << SIGPIPE | 1ull << SIGUSR1);
    }
    return faults;
}

/* --- Children of children, vfork, orphans --- */

static _Noreturn void grow(void)
{
    pid_t pid = 0;
    unsigned depth = TREE_DEPTH;

    while (pid == 0 && depth-- > 0)
        pid = fork();
    if (pid > 0 && depth % 5 != 0) /* else what is below has no parent now */
        waitpid(pid, NULL, 0);
    _exit(0);
}

static int short_life(void *arg)
{
    static char name[] = "true";
    char *argv[] = { name, NULL };

    if (arg == NULL)
        execv("/bin/true", argv);
    _exit(0);
}

static int families(void)
{
    int faults = 0;

    for (unsigned r = 0; r < torture_rounds; r++) {
        if (must_fork() == 0)
            grow();
        long pid = __clone(CLONE_VM | CLONE_VFORK | SIGCHLD, stacks[0] + STACK, NULL, NULL, NULL, short_life,
                           (void *)(uintptr_t)(r % 2));
        if (pid < 0 && pid != -ENOMEM && pid != -EAGAIN)
            errx(1, "vfork: %ld", pid);
        faults += reap_all(1ull << SIGKILL);
    }
    return faults;
}

static const struct {
    const char *name;
    int (*run)(void);
} kinds[] = { { "cycles", cycles },
              { "cow", torture_copy_on_write },
              { "ends", ends },
              { "storm", storm },
              { "families", families } };

static void end_others(const struct account *before)
{
    while (account_kill_others(before) > 0)
        account_sleep(1);
}

/* A process of its own, so that its memory is part of what comes back. Ends whom nobody else does now. */
static _Noreturn void attempt(int (*run)(void), const struct account *before)
{
    if (must_fork() == 0)
        _exit(run() != 0);
    int faults = reap_all(0);
    if (faults != 0)
        end_others(before);
    _exit(faults != 0);
}

int main(int argc, char **argv)
{
    static struct account before;
    int faults = 0;

    for (int c; (c = getopt(argc, argv, "n:s:")) != -1;) {
        if (c == '?')
            return 2;
        *(c == 'n' ? &torture_rounds : &torture_seed) = (unsigned)strtoul(optarg, NULL, 0);
    }
    account_warm_up();
    printf("torture: begins\n");
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        bool wanted = optind == argc;
        for (int k = optind; k < argc; k++)
            wanted |= strcmp(argv[k], kinds[i].name) == 0;
        if (!wanted)
            continue;
        account_take(&before);
        pid_t pid = must_fork();
        if (pid == 0)
            attempt(kinds[i].run, &before);
        int status = 0;
        waitpid(pid, &status, 0);
        if (WIFSIGNALED(status)) { /* for a shortage of memory */
            end_others(&before);
            printf("torture: %s: did not get to its end\n", kinds[i].name);
            faults++;
            continue;
        }
        int bad = status != 0;
        bool exact = account_exact(&before);
        printf("torture: %s: %u rounds, seed %u, %s, account %s\n", kinds[i].name, torture_rounds,
               torture_seed, bad == 0 ? "ok" : "FAILED", exact ? "exact" : "NOT exact: FAILED");
        faults += bad + !exact;
    }
    return faults != 0;
}
