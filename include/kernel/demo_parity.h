/* kernel/demo_parity.h - the neutral form of the event log, for demo=parity. docs/parity.md has its grammar. */
#pragma once
#include <stdint.h>

/* What the scenario itself has to say, with a number each. */
enum parity_mark {
    PARITY_BEGINS,  /* part */
    PARITY_WANTS,   /* - */
    PARITY_GETS,    /* 0, or why not: -E... */
    PARITY_GIVES,   /* how many so far */
    PARITY_TRIES,   /* whether it worked */
    PARITY_BURIES,  /* exit code */
    PARITY_COUNTS,  /* so many */
    PARITY_KILLS,   /* what proc_kill() says */
    PARITY_RUNS,    /* number of the work */
    PARITY_CANCELS, /* whether there was something to cancel */
    PARITY_ENDS,    /* - */
    PARITY_MARKS
};

/*
 * All: thread, no lock held; on CPU 0, which it may not leave. parity_log_begin() records from now on:
 * -ENOMEM. parity_log_end() stops, and prints what CPU 0 did in between; if the log was on before, it is on
 * again.
 */
int parity_log_begin(void);
void parity_log_end(void);
void parity_mark(enum parity_mark mark, int value);
