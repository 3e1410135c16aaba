/*
 * kernel/ldisc.h - the line discipline: what the bytes of a terminal mean on their way in and out.
 *
 * A pure machine: bytes in; bytes to read, bytes to show and signals out. It neither locks nor sleeps; the
 * terminal (kernel/tty.h) does.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uapi/termios.h>

/* What a byte may make to be shown: a line, killed byte by byte, each of two columns. */
enum { LDISC_SIZE = 1024, LDISC_TAB = 8, LDISC_SHOWN_MOST = LDISC_SIZE * 3 * LDISC_TAB };

struct ldisc {
    struct termios termios;
    unsigned char ring[LDISC_SIZE];
    unsigned char mark[LDISC_SIZE]; /* LDISC_END, LDISC_EOF: what ends with this byte */
    unsigned in, out;               /* bytes ever put in and taken out */
    unsigned done;                  /* ICANON: the line that is being typed begins here */
    unsigned column, start;         /* of the screen: where it is, and where that line began */
    bool literal;                   /* VLNEXT: the next byte has no meaning */
};

/* Where bytes for the screen go. */
typedef void ldisc_put(void *ctx, char c);

/* As a terminal is before anybody has set it: lines, echo, signals. */
void ldisc_init(struct ldisc *l);

/* A byte comes in. What is to be shown goes to put. Returns the signal that it means, or 0. */
int ldisc_input(struct ldisc *l, unsigned char c, ldisc_put *put, void *ctx);

/*
 * Could a read return? With ICANON: a line, or its end, is there. Otherwise a byte is. And how many bytes it
 * would return.
 */
bool ldisc_ready(const struct ldisc *l);
size_t ldisc_count(const struct ldisc *l);
/* Takes at most n bytes, of one line with ICANON. How many; *more: it goes on with the same line. */
size_t ldisc_read(struct ldisc *l, void *to, size_t n, bool *more);
/* What came in and was not read is forgotten. */
void ldisc_flush(struct ldisc *l);
/* New settings. What was typed so far is a line if ICANON changes. */
void ldisc_set(struct ldisc *l, const struct termios *t);

/* A byte that a program writes. */
void ldisc_output(struct ldisc *l, char c, ldisc_put *put, void *ctx);
