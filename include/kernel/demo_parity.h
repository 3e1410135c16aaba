/* kernel/demo_parity.h - demo=parity in its three files: who directs, what is played, and its log. */
#pragma once
#include <stdbool.h>

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

/*
 * What is played. Thread, no lock held. parity_scene_make() gets all that it needs, or returns false; so does
 * parity_scene_play(), for the director, if there was no memory for somebody.
 */
bool parity_scene_make(void);
bool parity_scene_play(void);
void parity_scene_end(void);
