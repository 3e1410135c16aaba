/* signal.h - signals. */
#pragma once
#include <sys/types.h>
#include <uapi/signal.h>

typedef uint64_t sigset_t;
typedef struct siginfo siginfo_t;
typedef struct sigaltstack stack_t;
typedef int sig_atomic_t;

int sigaction(int sig, const struct sigaction *action, struct sigaction *old);
void (*signal(int sig, void (*handler)(int)))(int);              /* as BSD: SA_RESTART, stays installed */
int sigprocmask(int how, const sigset_t *set, sigset_t *old);
int sigsuspend(const sigset_t *mask);
int sigpending(sigset_t *set);
int sigaltstack(const stack_t *stack, stack_t *old);
int kill(pid_t pid, int sig);
int raise(int sig);

int sigemptyset(sigset_t *set);
int sigfillset(sigset_t *set);
int sigaddset(sigset_t *set, int sig);
int sigdelset(sigset_t *set, int sig);
int sigismember(const sigset_t *set, int sig);
