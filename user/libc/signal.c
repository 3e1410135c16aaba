/* signal.c - signals. */
#include <signal.h>

#include "libc.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* What the kernel reads. It wants to know where a handler returns to; only on riscv64 it has that code
 * itself. But qemu-user (7.2) looks for the mask behind a restorer there, too: it stands there once more. */
struct for_kernel {
    struct sigaction action;
#ifdef __riscv
    sigset_t mask_again;
#endif
};

static void fill(struct for_kernel *k, const struct sigaction *action)
{
    k->action = *action;
#ifdef __riscv
    k->mask_again = action->sa_mask;
#else
    k->action.sa_flags |= SA_RESTORER;
    k->action.sa_restorer = action->sa_flags & SA_SIGINFO ? __restore_rt : __restore;
#endif
}

int sigaction(int sig, const struct sigaction *action, struct sigaction *old)
{
    struct for_kernel wanted, before;

    if (action != NULL)
        fill(&wanted, action);
    long r = __result(__syscall(SYS_rt_sigaction, sig, action == NULL ? NULL : &wanted,
                                old == NULL ? NULL : &before, sizeof(sigset_t)));
    if (r == 0 && old != NULL)
        *old = before.action;
    return (int)r;
}

void (*signal(int sig, void (*handler)(int)))(int)
{
    struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART };
    struct sigaction old = { .sa_handler = SIG_ERR };

    sigaction(sig, &action, &old);
    return old.sa_handler;
}

int sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
    return (int)__result(__syscall(SYS_rt_sigprocmask, how, set, old, sizeof(sigset_t)));
}

int sigsuspend(const sigset_t *mask)
{
    return (int)__result(__syscall(SYS_rt_sigsuspend, mask, sizeof(sigset_t)));
}

int pause(void)
{
    sigset_t mask;

    sigprocmask(SIG_BLOCK, NULL, &mask);
    return sigsuspend(&mask);
}

int sigpending(sigset_t *set)
{
    return (int)__result(__syscall(SYS_rt_sigpending, set, sizeof(sigset_t)));
}

int sigaltstack(const stack_t *stack, stack_t *old)
{
    return (int)__result(__syscall(SYS_sigaltstack, stack, old));
}

int kill(pid_t pid, int sig)
{
    return (int)__result(__syscall(SYS_kill, pid, sig));
}

int raise(int sig)
{
    return (int)__result(__syscall(SYS_tgkill, getpid(), gettid(), sig));
}

void abort(void)
{
    raise(SIGABRT);
    signal(SIGABRT, SIG_DFL);
    sigset_t all_but_abort;
    sigfillset(&all_but_abort);
    sigdelset(&all_but_abort, SIGABRT);
    sigprocmask(SIG_SETMASK, &all_but_abort, NULL);
    raise(SIGABRT);
    _exit(127);
}

int sigemptyset(sigset_t *set)
{
    *set = 0;
    return 0;
}

int sigfillset(sigset_t *set)
{
    *set = ~(sigset_t)0;
    return 0;
}

static sigset_t bit_of(int sig)
{
    return (sigset_t)1 << (sig - 1);
}

int sigaddset(sigset_t *set, int sig)
{
    *set |= bit_of(sig);
    return 0;
}

int sigdelset(sigset_t *set, int sig)
{
    *set &= ~bit_of(sig);
    return 0;
}

int sigismember(const sigset_t *set, int sig)
{
    return (*set & bit_of(sig)) != 0;
}
