/*
 * tty.c - the terminal.
 *
 * Its spinlock guards the line discipline and who owns the terminal, for moments. The mutex `screen` is held
 * over a whole write, and over the echo of a byte, so that neither is torn. Bytes of the console come in by a
 * thread: what they mean, a signal for example, is not for an interrupt.
 */
#include <kernel/clock.h>
#include <kernel/console.h>
#include <kernel/file.h>
#include <kernel/ldisc.h>
#include <kernel/mutex.h>
#include <kernel/poll.h>
#include <kernel/signal.h>
#include <kernel/tty.h>
#include <kernel/tty_job.h>
#include <kernel/waitq.h>
#include <lib/util.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <uapi/poll.h>

enum { PIECE = 128, MS_PER_VTIME = 100 };

struct tty tty = {
    .lock = SPINLOCK_INIT("tty", RANK_DEVICE),
    .screen = MUTEX_INIT(tty.screen, "screen"),
    .readers = WAITQ_INIT(tty.readers, "tty readers"),
    .size = { .ws_row = 25, .ws_col = 80 },
};

/* Bytes on their way to the screen: kept back until there are enough, or the lock is let go. */
struct output {
    char text[2 * PIECE];
    size_t n;
};

static void put_output(void *ctx, char c)
{
    struct output *o = ctx;
    if (o->n == sizeof(o->text)) {
        console_write(o->text, o->n);
        o->n = 0;
    }
    o->text[o->n++] = c;
}

/* A byte came in. */
static void take_byte(unsigned char c)
{
    struct output o = { .n = 0 };
    mutex_lock(&tty.screen);
    unsigned long s = spin_lock(&tty.lock);
    int signal = ldisc_input(&tty.ldisc, c, put_output, &o);
    int group = tty.foreground;
    spin_unlock(&tty.lock, s);
    console_write(o.text, o.n);
    mutex_unlock(&tty.screen);
    if (signal != 0 && group > 0)
        signal_send_pgrp(group, signal);
    waitq_wake_all(&tty.readers);
    poll_wake();
}

static void tty_thread(void *arg)
{
    (void)arg;
    for (;;)
        take_byte((unsigned char)console_getc_program());
}

int tty_init(void)
{
    ldisc_init(&tty.ldisc);
    int pid = proc_spawn("tty", PRIO_HIGH, tty_thread, NULL);
    return pid < 0 ? pid : 0;
}

static bool ready(void)
{
    unsigned long s = spin_lock(&tty.lock);
    bool is = ldisc_ready(&tty.ldisc);
    spin_unlock(&tty.lock, s);
    return is;
}

/* What is there, at most a piece. *end: there was something, and it is all of it. */
static size_t take_piece(char *piece, size_t n, bool *end)
{
    bool more;
    unsigned long s = spin_lock(&tty.lock);
    *end = ldisc_ready(&tty.ldisc);
    n = ldisc_read(&tty.ldisc, piece, n, &more);
    *end = *end && !more;
    spin_unlock(&tty.lock, s);
    return n;
}

struct reading {
    bool lines;         /* ICANON */
    unsigned min, time; /* VMIN, VTIME */
};

static struct reading how_to_read(void)
{
    unsigned long s = spin_lock(&tty.lock);
    const struct termios *t = &tty.ldisc.termios;
    struct reading r = { (t->c_lflag & ICANON) != 0, t->c_cc[VMIN], t->c_cc[VTIME] };
    spin_unlock(&tty.lock, s);
    return r;
}

/* Nothing is there, and `done` bytes were read before. 0: look again; 1: that is all; -EAGAIN, -EINTR */
static int wait_for_more(struct file *f, const struct reading *r, size_t done)
{
    uint64_t when = WAIT_FOR_EVER;
    if (!r->lines && r->min == 0 && r->time == 0)
        return 1;
    if ((file_flags(f) & O_NONBLOCK) != 0)
        return -EAGAIN;
    if (!r->lines && r->time > 0 && (r->min == 0 || done > 0))
        when = clock_in_ms(r->time * MS_PER_VTIME);
    int error = wait_event_killable_timeout(&tty.readers, ready(), when);
    return error == -ETIMEDOUT ? 1 : error;
}

static long tty_read(struct file *f, struct uio *u, uint64_t *position)
{
    size_t want = u->left, done = 0;
    char piece[PIECE];
    bool end = false;
    (void)position;
    while (u->left > 0) {
        int error = tty_check_reader();
        if (error != 0)
            return done > 0 ? (long)done : error;
        struct reading r = how_to_read();
        size_t n = take_piece(piece, min_size(sizeof(piece), u->left), &end);
        error = uio_put(u, piece, n);
        if (error != 0)
            return error;
        done += n;
        if (r.lines ? end : done >= min_size(want, r.min) && done > 0 && n < sizeof(piece))
            break;
        if (n > 0)
            continue;
        error = wait_for_more(f, &r, done);
        if (error != 0)
            return done > 0 || error == 1 ? (long)done : error;
    }
    return (long)done;
}

static long tty_write(struct file *f, struct uio *u, uint64_t *position)
{
    long done = 0;
    int error = tty_check_writer();
    (void)f;
    (void)position;
    if (error == 0)
        error = mutex_lock_killable(&tty.screen);
    if (error != 0)
        return error;
    while (u->left > 0 && error == 0) {
        struct output o = { .n = 0 };
        char piece[PIECE];
        size_t n = min_size(sizeof(piece), u->left);
        error = uio_get(u, piece, n);
        if (error != 0)
            break;
        unsigned long s = spin_lock(&tty.lock);
        for (size_t i = 0; i < n; i++)
            ldisc_output(&tty.ldisc, piece[i], put_output, &o);
        spin_unlock(&tty.lock, s);
        console_write(o.text, o.n);
        done += (long)n;
    }
    mutex_unlock(&tty.screen);
    return done > 0 ? done : error;
}

static unsigned tty_poll(struct file *f)
{
    (void)f;
    return (ready() ? POLLIN : 0) | POLLOUT;
}

static const struct file_ops tty_file_ops = {
    .read = tty_read,
    .write = tty_write,
    .ioctl = tty_ioctl,
    .poll = tty_poll,
};

int tty_open(struct file *f)
{
    f->ops = &tty_file_ops;
    f->kind |= FILE_STREAM;
    return 0;
}
