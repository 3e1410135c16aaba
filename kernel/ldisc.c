/* ldisc.c - the line discipline of terminals, as POSIX (General Terminal Interface) and Linux have it. */
#include <kernel/ldisc.h>
#include <lib/string.h>
#include <lib/util.h>
#include <uapi/signal.h>

enum { LDISC_END = 1, LDISC_EOF };

#define CTRL(letter) ((letter) % 32)

/* One byte's way: the machine, and where what it shows goes. */
struct shown {
    struct ldisc *l;
    ldisc_put *put;
    void *ctx;
};

void ldisc_init(struct ldisc *l)
{
    static const struct termios start = {
        .c_iflag = ICRNL,
        .c_oflag = OPOST | ONLCR,
        .c_cflag = B38400 | CS8 | CREAD | CLOCAL,
        .c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
        .c_cc = {
            [VINTR] = CTRL('C'), [VQUIT] = CTRL('\\'), [VERASE] = 0x7f, [VKILL] = CTRL('U'),
            [VEOF] = CTRL('D'), [VMIN] = 1, [VSTART] = CTRL('Q'), [VSTOP] = CTRL('S'),
            [VSUSP] = CTRL('Z'), [VREPRINT] = CTRL('R'), [VWERASE] = CTRL('W'), [VLNEXT] = CTRL('V'),
        },
    };
    memset(l, 0, sizeof(*l));
    l->termios = start;
}

static bool is(const struct ldisc *l, unsigned lflag)
{
    return (l->termios.c_lflag & lflag) == lflag;
}

/* Is c the control character number `which`? 0 switches one off. */
static bool means(const struct ldisc *l, unsigned char c, unsigned which)
{
    return c != 0 && c == l->termios.c_cc[which];
}

static bool is_control(unsigned char c)
{
    return c < ' ' || c == 0x7f;
}

void ldisc_output(struct ldisc *l, char c, ldisc_put *put, void *ctx)
{
    bool process = (l->termios.c_oflag & OPOST) != 0;
    switch (c) {
    case '\n':
        if (process && (l->termios.c_oflag & ONLCR) != 0) {
            put(ctx, '\r');
            l->column = 0;
        }
        break;
    case '\r':
        l->column = 0;
        break;
    case '\b':
        l->column -= l->column > 0;
        break;
    case '\t':
        l->column = align_down(l->column, LDISC_TAB) + LDISC_TAB;
        break;
    default:
        l->column += !is_control((unsigned char)c);
    }
    put(ctx, c);
}

static void show(const struct shown *s, char c)
{
    ldisc_output(s->l, c, s->put, s->ctx);
}

/* How a byte that was typed looks. */
static void echo(const struct shown *s, unsigned char c)
{
    struct ldisc *l = s->l;
    if (c == '\n' && is(l, ICANON) && (is(l, ECHO) || is(l, ECHONL))) {
        show(s, '\n');
    } else if (is(l, ECHO)) {
        bool caret = is(l, ECHOCTL) && is_control(c) && c != '\t' && c != '\n';
        if (caret)
            show(s, '^');
        show(s, (char)(caret ? c ^ 0x40 : c));
    }
}

/* How many columns byte c takes at that column. */
static unsigned width(const struct ldisc *l, unsigned char c, unsigned column)
{
    if (c == '\t')
        return LDISC_TAB - column % LDISC_TAB;
    if (is_control(c))
        return is(l, ECHOCTL) ? 2 : 0;
    return 1;
}

/* Takes the last byte of the line away, from the screen too. */
static void erase(const struct shown *s)
{
    struct ldisc *l = s->l;
    unsigned column = l->start;
    l->in--;
    if (!is(l, ECHO | ECHOE))
        return;
    for (unsigned i = l->done; i != l->in; i++)
        column += width(l, l->ring[i % LDISC_SIZE], column);
    unsigned char c = l->ring[l->in % LDISC_SIZE];
    for (unsigned n = width(l, c, column); n > 0; n--) {
        show(s, '\b');
        if (c != '\t') {
            show(s, ' ');
            show(s, '\b');
        }
    }
}

static unsigned char last(const struct ldisc *l)
{
    return l->ring[(l->in - 1) % LDISC_SIZE];
}

static void erase_word(const struct shown *s)
{
    struct ldisc *l = s->l;
    while (l->in != l->done && (last(l) == ' ' || last(l) == '\t'))
        erase(s);
    while (l->in != l->done && last(l) != ' ' && last(l) != '\t')
        erase(s);
}

static void kill_line(const struct shown *s, unsigned char c)
{
    struct ldisc *l = s->l;
    if (is(l, ECHOE | ECHOKE)) {
        while (l->in != l->done)
            erase(s);
        return;
    }
    l->in = l->done;
    echo(s, c);
    if (is(l, ECHO | ECHOK))
        show(s, '\n');
}

static void reprint(const struct shown *s, unsigned char c)
{
    struct ldisc *l = s->l;
    echo(s, c);
    show(s, '\n');
    l->start = l->column;
    for (unsigned i = l->done; i != l->in; i++)
        echo(s, l->ring[i % LDISC_SIZE]);
}

/* Into the ring. Of a line, the last place is kept for its end. */
static bool push(const struct shown *s, unsigned char c, unsigned char mark)
{
    struct ldisc *l = s->l;
    unsigned keep = is(l, ICANON) && mark == 0;
    if (l->in - l->out >= LDISC_SIZE - keep) {
        s->put(s->ctx, '\a');
        return false;
    }
    if (l->in == l->done)
        l->start = l->column;
    l->ring[l->in % LDISC_SIZE] = c;
    l->mark[l->in % LDISC_SIZE] = mark;
    l->in++;
    if (mark != 0)
        l->done = l->in;
    return true;
}

static int signal_of(const struct ldisc *l, unsigned char c)
{
    if (!is(l, ISIG))
        return 0;
    if (means(l, c, VINTR))
        return SIGINT;
    if (means(l, c, VQUIT))
        return SIGQUIT;
    return means(l, c, VSUSP) ? SIGTSTP : 0;
}

/* Bytes that edit the line. Was it one? */
static bool edit(const struct shown *s, unsigned char c)
{
    struct ldisc *l = s->l;
    bool extended = is(l, IEXTEN);
    if (means(l, c, VERASE)) {
        if (l->in != l->done)
            erase(s);
    } else if (means(l, c, VKILL)) {
        kill_line(s, c);
    } else if (extended && means(l, c, VWERASE)) {
        erase_word(s);
    } else if (extended && means(l, c, VREPRINT)) {
        reprint(s, c);
    } else if (means(l, c, VEOF)) {
        push(s, c, LDISC_EOF);
    } else {
        return false;
    }
    return true;
}

static unsigned char translate(const struct ldisc *l, unsigned char c)
{
    unsigned flags = l->termios.c_iflag;
    if ((flags & ISTRIP) != 0)
        c &= 0x7f;
    if (c == '\r' && (flags & ICRNL) != 0)
        return '\n';
    return c == '\n' && (flags & INLCR) != 0 ? '\r' : c;
}

static void take(const struct shown *s, unsigned char c, bool meaning)
{
    struct ldisc *l = s->l;
    bool end = meaning && is(l, ICANON) && (c == '\n' || means(l, c, VEOL));
    if (push(s, c, end ? LDISC_END : 0))
        echo(s, c);
}

int ldisc_input(struct ldisc *l, unsigned char c, ldisc_put *put, void *ctx)
{
    const struct shown s = { l, put, ctx };
    if (l->literal) {
        l->literal = false;
        take(&s, c, false);
        return 0;
    }
    if (c == '\r' && (l->termios.c_iflag & IGNCR) != 0)
        return 0;
    c = translate(l, c);
    int signal = signal_of(l, c);
    if (signal != 0) {
        if (!is(l, NOFLSH))
            ldisc_flush(l);
        echo(&s, c);
        return signal;
    }
    if (is(l, ICANON) && edit(&s, c))
        return 0;
    if (is(l, ICANON | IEXTEN) && means(l, c, VLNEXT)) {
        l->literal = true;
        return 0;
    }
    take(&s, c, true);
    return 0;
}

bool ldisc_ready(const struct ldisc *l)
{
    return l->out != (is(l, ICANON) ? l->done : l->in);
}

size_t ldisc_count(const struct ldisc *l)
{
    unsigned n = 0;
    if (!is(l, ICANON))
        return l->in - l->out;
    for (unsigned i = l->out; i != l->done; i++) {
        unsigned char mark = l->mark[i % LDISC_SIZE];
        n += mark != LDISC_EOF;
        if (mark != 0)
            break;
    }
    return n;
}

/* An end of file that stands here belongs to the bytes before it. */
static size_t read_line(struct ldisc *l, unsigned char *to, size_t n, bool *more)
{
    size_t got = 0;
    while (l->out != l->done) {
        unsigned char mark = l->mark[l->out % LDISC_SIZE];
        if (got == n && mark != LDISC_EOF) {
            *more = true;
            break;
        }
        if (mark != LDISC_EOF)
            to[got++] = l->ring[l->out % LDISC_SIZE];
        l->out++;
        if (mark != 0)
            break;
    }
    return got;
}

size_t ldisc_read(struct ldisc *l, void *to, size_t n, bool *more)
{
    unsigned char *bytes = to;
    size_t got = 0;
    *more = false;
    if (is(l, ICANON))
        return read_line(l, bytes, n, more);
    while (got < n && l->out != l->in)
        bytes[got++] = l->ring[l->out++ % LDISC_SIZE];
    if (l->in - l->done > l->in - l->out) /* `done` is not behind `out` */
        l->done = l->out;
    return got;
}

void ldisc_flush(struct ldisc *l)
{
    l->out = l->done = l->in;
    l->literal = false;
}

void ldisc_set(struct ldisc *l, const struct termios *t)
{
    if (((l->termios.c_lflag ^ t->c_lflag) & ICANON) != 0)
        l->done = l->in;
    l->termios = *t;
}
