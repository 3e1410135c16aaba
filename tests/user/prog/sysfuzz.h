/* sysfuzz.h - one process that makes random calls: what sysfuzz.c starts. */
#pragma once
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <time.h>
#include <uapi/system.h>

#define FUZZ_PLACE "/tmp/fz"

enum { FUZZ_CALLS_OF_PROGRAM = 50, FUZZ_ARENA_PAGES = 32 };

/* Counted in memory that all share, one word for each of the processes at a time. */
extern atomic_uint *fuzz_progress;

/* Once in a program: looks up what each call takes. */
void fuzz_learn(void);
/* Once in a process, before its calls. progress: its word, or NULL. */
void fuzz_begin(unsigned seed, atomic_uint *progress);
/* Makes so many calls. Threads and children that they start make some, too. */
void fuzz_calls(unsigned seed, unsigned calls);

/* What a thread has of its own: a state of random numbers, and room for what arguments lead to. */
struct mind {
    uint32_t state;
    char path[4][64]; /* what names are being given */
    struct timespec time[2];
    uint64_t set;
    struct iovec vector[4];
    char *words[4], number[16];
    struct sigaction action;
};

/* Memory for arguments, which calls change in any way; and the last child, or 0. */
extern char *fuzz_arena;
extern pid_t fuzz_last_child;

uint32_t fuzz_any(struct mind *m);
uint32_t fuzz_below(struct mind *m, uint32_t n);
long fuzz_any_number(struct mind *m);
/* Most often of the arena. */
long fuzz_address(struct mind *m);
/* A handler. */
void fuzz_nothing(int signo);

/* An argument of a kind, or now and then of another. The kinds are:
 *
 *   f descriptor     p name of ours     r any name       b address     a page of the arena  l length of pages
 *   s size           o flags of open    m mode           g signal      i process             t short time
 *   c small number   v vector           w futex word     n any number  S signal set          z 0
 *   A action         q program          k argv           B end of the heap          M flags of mmap
 *   R protection     D advice           I of ioctl       F flags                    L limit
 *   C of futex       e size of a set    N size of a file X of prctl                 P any name, to open
 *   y what a link says
 */
long fuzz_argument(struct mind *m, char kind, unsigned which);
