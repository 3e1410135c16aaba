/* t_fp.c - registers for floating point and vectors: kept over switches, signals and fork. */
#include "check.h"

#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>

enum { REGISTERS = 8, PROCESSES = 4, ROUNDS = 3000 };

/* through_registers() loads eight registers from `in`, makes a system call without arguments, and stores them
 * to `out`: in one piece of assembly, so that the compiler has them for nothing else meanwhile. */
#if defined(__i386__)
/* x87 has one stack for all; the vector registers are SSE's. */
static void through_registers(const double *in, double *out, long number)
{
    __asm__ volatile("movsd 0(%[in]), %%xmm0\n\tmovsd 8(%[in]), %%xmm1\n\t"
                     "movsd 16(%[in]), %%xmm2\n\tmovsd 24(%[in]), %%xmm3\n\t"
                     "fldl 32(%[in])\n\tfldl 40(%[in])\n\tfldl 48(%[in])\n\tfldl 56(%[in])\n\t"
                     "int $0x80\n\t"
                     "fstpl 56(%[out])\n\tfstpl 48(%[out])\n\tfstpl 40(%[out])\n\tfstpl 32(%[out])\n\t"
                     "movsd %%xmm0, 0(%[out])\n\tmovsd %%xmm1, 8(%[out])\n\t"
                     "movsd %%xmm2, 16(%[out])\n\tmovsd %%xmm3, 24(%[out])"
                     : "+a"(number)
                     : [in] "S"(in), [out] "D"(out), "b"(0), "c"(0), "d"(0)
                     : "memory");
}
#elif defined(__aarch64__)
static void through_registers(const double *in, double *out, long number)
{
    register long x8 __asm__("x8") = number;

    __asm__ volatile("ldp d8, d9, [%0]\n\tldp d10, d11, [%0, #16]\n\t"
                     "ldp d16, d17, [%0, #32]\n\tldp d30, d31, [%0, #48]\n\t"
                     "svc #0\n\t"
                     "stp d8, d9, [%1]\n\tstp d10, d11, [%1, #16]\n\t"
                     "stp d16, d17, [%1, #32]\n\tstp d30, d31, [%1, #48]"
                     :
                     : "r"(in), "r"(out), "r"(x8)
                     : "x0", "memory", "v8", "v9", "v10", "v11", "v16", "v17", "v30", "v31");
}
#else
static void through_registers(const double *in, double *out, long number)
{
    register long a7 __asm__("a7") = number;

    __asm__ volatile("fld f0, 0(%0)\n\tfld f1, 8(%0)\n\tfld f8, 16(%0)\n\tfld f9, 24(%0)\n\t"
                     "fld f18, 32(%0)\n\tfld f19, 40(%0)\n\tfld f30, 48(%0)\n\tfld f31, 56(%0)\n\t"
                     "ecall\n\t"
                     "fsd f0, 0(%1)\n\tfsd f1, 8(%1)\n\tfsd f8, 16(%1)\n\tfsd f9, 24(%1)\n\t"
                     "fsd f18, 32(%1)\n\tfsd f19, 40(%1)\n\tfsd f30, 48(%1)\n\tfsd f31, 56(%1)"
                     :
                     : "r"(in), "r"(out), "r"(a7)
                     : "a0", "memory", "f0", "f1", "f8", "f9", "f18", "f19", "f30", "f31");
}
#endif

static bool keeps(int who, long number)
{
    double in[REGISTERS], out[REGISTERS];

    for (int i = 0; i < REGISTERS; i++) {
        in[i] = who * 100 + i + 0.5;
        out[i] = 0;
    }
    through_registers(in, out, number);
    return memcmp(in, out, sizeof(in)) == 0;
}

static void check_switches(void)
{
    bool good = true;

    for (int who = 0; who < PROCESSES; who++) {
        if (patient_fork() == 0) {
            for (int i = 0; i < ROUNDS && good; i++)
                good = keeps(who + 1, SYS_sched_yield);
            _exit(good ? 0 : 1);
        }
    }
    for (int i = 0, status; i < PROCESSES; i++)
        good &= wait(&status) > 0 && status == 0;
    CHECK("kept over system calls and switches, in four processes", good);
}

/* Sums that differ if a register is lost between two instructions of a loop. */
static double series(int who)
{
    double sum = 0, term = who;

    for (int i = 1; i < 400000; i++) {
        sum += term / i;
        term = -term;
    }
    return sum;
}

static void check_preemption(void)
{
    volatile double expected[PROCESSES];
    bool good = true;

    for (int who = 0; who < PROCESSES; who++)
        expected[who] = series(who + 1);
    for (int who = 0; who < PROCESSES; who++) {
        if (patient_fork() == 0) {
            for (int i = 0; i < 20; i++) {
                volatile double sum = series(who + 1); /* as a double, as the one that was expected */
                good &= sum == expected[who];
            }
            _exit(good ? 0 : 1);
        }
    }
    for (int i = 0, status; i < PROCESSES; i++)
        good &= wait(&status) > 0 && status == 0;
    CHECK("kept when the kernel interrupts", good);
}

static volatile double rubbish;

static void compute(int sig)
{
    double out[REGISTERS];
    const double in[REGISTERS] = { 1e9, 2e9, 3e9, 4e9, 5e9, 6e9, 7e9, 8e9 };

    through_registers(in, out, SYS_getppid);
    rubbish = out[sig % REGISTERS] * 3;
}

/* Another process sends the signals: they come anywhere in the loop. */
static void check_signals(void)
{
    bool good = true;
    pid_t parent = getpid();

    signal(SIGUSR1, compute);
    pid_t pid = patient_fork();
    if (pid == 0) {
        struct timespec t = { 0, 1000000 };
        for (int i = 0; i < 100; i++) {
            kill(parent, SIGUSR1);
            nanosleep(&t, NULL);
        }
        _exit(0);
    }
    int status;
    while (waitpid(pid, &status, WNOHANG) == 0)
        good &= keeps(9, SYS_sched_yield);
    CHECK("kept over handlers that use them", good && rubbish != 0);
}

static void check_fork(void)
{
    volatile double x = 1.0 / 4;
    pid_t pid = patient_fork();

    if (pid == 0)
        _exit(x * 4 == 1.0 && keeps(5, SYS_getpid) ? 0 : 1);
    CHECK("a child goes on computing", reap(pid) == 0 && x * 4 == 1.0);
}

int main(void)
{
    check_switches();
    check_preemption();
    check_signals();
    check_fork();
    return verdict("t_fp");
}
