/* uapi/signal.h - signals: numbers, what a program wants of them, what it learns about them. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#define SIGHUP    1
#define SIGINT    2
#define SIGQUIT   3
#define SIGILL    4
#define SIGTRAP   5
#define SIGABRT   6
#define SIGBUS    7
#define SIGFPE    8
#define SIGKILL   9
#define SIGUSR1   10
#define SIGSEGV   11
#define SIGUSR2   12
#define SIGPIPE   13
#define SIGALRM   14
#define SIGTERM   15
#define SIGSTKFLT 16
#define SIGCHLD   17
#define SIGCONT   18
#define SIGSTOP   19
#define SIGTSTP   20
#define SIGTTIN   21
#define SIGTTOU   22
#define SIGURG    23
#define SIGXCPU   24
#define SIGXFSZ   25
#define SIGVTALRM 26
#define SIGPROF   27
#define SIGWINCH  28
#define SIGIO     29
#define SIGPWR    30
#define SIGSYS    31
#define SIGRTMIN  32
#define NSIG      65                         /* one more than the last */

#define SIG_BLOCK   0                        /* rt_sigprocmask */
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2

#define SA_NOCLDSTOP 0x00000001
#define SA_NOCLDWAIT 0x00000002
#define SA_SIGINFO   0x00000004
#define SA_RESTORER  0x04000000
#define SA_ONSTACK   0x08000000
#define SA_RESTART   0x10000000
#define SA_NODEFER   0x40000000
#define SA_RESETHAND 0x80000000

#define SI_USER   0                          /* si_code: by kill() */
#define SI_KERNEL 0x80
#define SI_TKILL  (-6)

#define ILL_ILLOPC    1
#define FPE_INTDIV    1
#define SEGV_MAPERR   1                      /* nothing is mapped there */
#define SEGV_ACCERR   2                      /* something is, but not for this access */
#define BUS_ADRALN    1
#define BUS_ADRERR    2
#define TRAP_BRKPT    1
#define CLD_EXITED    1
#define CLD_KILLED    2
#define CLD_DUMPED    3
#define CLD_STOPPED   5
#define CLD_CONTINUED 6

struct siginfo;

/* What rt_sigaction takes. Bit n - 1 of the mask is signal n. Only riscv64 has no restorer: there the kernel
 * maps the code that ends a handler, everywhere else the program gives it (SA_RESTORER). */
struct sigaction {
    union {
        void (*sa_handler)(int);
        void (*sa_sigaction)(int, struct siginfo *, void *);
    };
    unsigned long sa_flags;
#if !defined(__riscv)
    void (*sa_restorer)(void);
#endif
    uint64_t sa_mask;
};

/* The code that ends a handler; 0: the kernel's. */
static inline uintptr_t sigaction_restorer(const struct sigaction *sa)
{
#if defined(__riscv)
    (void)sa;
    return 0;
#else
    return sa->sa_flags & SA_RESTORER ? (uintptr_t)sa->sa_restorer : 0;
#endif
}

#define SIG_DFL ((void (*)(int))0)
#define SIG_IGN ((void (*)(int))1)
#define SIG_ERR ((void (*)(int))-1)

/* 128 bytes on every machine; the union begins where a pointer may stand. */
struct siginfo {
    int si_signo, si_errno, si_code;
    union {
        struct {
            int si_pid;                      /* who sent it; the child */
            unsigned int si_uid;
            union {
                int si_status;               /* of a child: exit code or signal */
                void *si_ptr;
            };
            long si_utime, si_stime;
        };
        void *si_addr;                       /* of SIGSEGV, SIGBUS, SIGILL, SIGFPE */
        long si_fill[(128 - 3 * sizeof(int)) / sizeof(long)];
    };
};
_Static_assert(sizeof(struct siginfo) == 128, "siginfo_t of Linux");

#define SS_ONSTACK  1
#define SS_DISABLE  2
#define MINSIGSTKSZ (sizeof(long) == 4 ? 2048 : 5120)

struct sigaltstack {
    void *ss_sp;
    int ss_flags;
    size_t ss_size;
};
