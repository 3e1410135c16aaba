/* hostile.c - what a program may not do: each attack in a process of its own, and what came of it.
 *
 * hostile TEXT DATA: addresses in the kernel. Around each attack it prints lines that say what the kernel has
 * to say meanwhile; tests/boot/test_hostile.py compares. A neighbour computes meanwhile, and has to be right.
 */
#include "check.h"
#include "hostile.h"

#include <signal.h>

enum { NEIGHBOUR_STEPS = 1000 };

uintptr_t kernel_text, kernel_data;

void touches(const volatile void *where)
{
    printf("@at %#lx\n", (unsigned long)where);
    fflush(stdout);
}

void must(bool good)
{
    if (!good)
        _exit(66);
}

void on_signal(int sig, void (*handler)(int, siginfo_t *, void *))
{
    struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };

    sigaction(sig, &action, NULL);
}

/* --- All of them --- */

static double series(void)
{
    volatile double sum = 0, term = 1;

    for (int i = 1; i < NEIGHBOUR_STEPS; i++) {
        sum += term / i;
        term = -term;
    }
    return sum;
}

static pid_t start_neighbour(void)
{
    volatile double expected = series();
    pid_t pid = fork();

    if (pid == 0) {
        for (;;) {
            volatile double now = series();
            if (now != expected || registers_are_filled())
                _exit(1);
        }
    }
    return pid;
}

static void try(const struct attack *a)
{
    printf("@attack %s: %s\n", a->name, a->message == NULL ? "-" : a->message);
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        a->run();
        _exit(0);
    }
    int status = reap(pid);
    bool good = status == (a->signal == LIVES ? 0 : 1000 + a->signal);
    printf("@end %s (%d): %s\n", a->name, pid, good ? "ok" : "FAILED");
    if (!good)
        printf("# status %d instead of signal %d\n", status, a->signal);
    fflush(stdout);
    failures += !good;
}

static void try_all(const struct attack *a, size_t count)
{
    for (size_t i = 0; i < count; i++)
        try(&a[i]);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    kernel_text = strtoul(argv[1], NULL, 16);
    kernel_data = strtoul(argv[2], NULL, 16);
    pid_t neighbour = start_neighbour();
    try_all(attacks, attack_count);
    try_all(port_attacks, port_attack_count);
    try_all(programs, program_count);
    try_all(bombs, bomb_count);
    kill(neighbour, SIGKILL);
    CHECK("the neighbour", reap(neighbour) == 1000 + SIGKILL);
    return verdict("hostile");
}
