/* fmt_oracle.c - lib/fmt.c against snprintf of the C library, on formats that a chooser builds. */
#include "fmt_oracle.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lib/fmt.h>
#include <lib/util.h>

enum {
    MAX_ARGS = 6,
    MAX_WIDTH = 40,
};

/* The arguments of one format are all of one type, or a list made at run time could not be passed. */
enum type { INT, LONG, LLONG, STRING, POINTER, TYPES };

struct made {
    fmt_choose *choose;
    void *ctx;
    enum type type;
    char fmt[256];
    size_t length;
    unsigned nargs;
    int ints[MAX_ARGS];
    long longs[MAX_ARGS];
    long long llongs[MAX_ARGS];
    const char *strings[MAX_ARGS];
    void *pointers[MAX_ARGS];
};

static bool maybe(struct made *m)
{
    return m->choose(m->ctx, 2) != 0;
}

static void add(struct made *m, const char *text)
{
    m->length += (size_t)snprintf(m->fmt + m->length, sizeof(m->fmt) - m->length, "%s", text);
}

static void add_char(struct made *m, char c)
{
    add(m, (char[]){ c, '\0' });
}

/* Up to 64 bits, often few of them, often at the edge of a type. */
static long long choose_number(struct made *m)
{
    static const long long edges[] = {
        0,         1,        -1,       9,         10,       99,       100,       CHAR_MIN,    CHAR_MAX,
        UCHAR_MAX, SHRT_MIN, SHRT_MAX, USHRT_MAX, INT_MIN,  INT_MAX,  UINT_MAX,  10000000000, 99999,
        100000,    65535,    65536,    655360,    LONG_MIN, LONG_MAX, LLONG_MIN, LLONG_MAX,
    };
    unsigned long long n = 0;

    if (maybe(m))
        return edges[m->choose(m->ctx, ARRAY_SIZE(edges))];
    for (unsigned bytes = m->choose(m->ctx, 9); bytes > 0; bytes--)
        n = n << 8 | m->choose(m->ctx, 256);
    return (long long)n;
}

static int choose_width(struct made *m, int lowest)
{
    return lowest + (int)m->choose(m->ctx, (unsigned)(MAX_WIDTH - lowest));
}

/* A number in the format, or * and an argument, which may be negative. */
static void add_number(struct made *m)
{
    char digits[16];

    if (m->type == INT && m->nargs < MAX_ARGS - 1 && maybe(m)) {
        add(m, "*");
        m->ints[m->nargs++] = choose_width(m, -MAX_WIDTH);
        return;
    }
    snprintf(digits, sizeof(digits), "%d", choose_width(m, 1));
    add(m, digits);
}

static void add_conversion(struct made *m)
{
    static const char *const lengths[TYPES][3] = {
        { "", "h", "hh" }, { "l", "z", "t" }, { "ll", "j", "ll" }, { "", "", "" }, { "", "", "" },
    };
    const char *length = lengths[m->type][m->choose(m->ctx, 3)];
    char c = "diuxXoc"[m->choose(m->ctx, m->type == INT ? 7 : 6)];

    c = m->type == STRING ? 's' : m->type == POINTER ? 'p' : c;
    length = c == 'c' ? "" : length;
    add(m, "%");
    for (unsigned n = m->choose(m->ctx, 4); n > 0; n--) {
        char flag = "-0+ #"[m->choose(m->ctx, 5)];
        if (flag == '-' || (flag == '0' && strchr("diuxXo", c) != NULL) ||
            ((flag == '+' || flag == ' ') && strchr("di", c) != NULL) ||
            (flag == '#' && strchr("xXo", c) != NULL))
            add_char(m, flag);
    }
    if (maybe(m))
        add_number(m);
    if (c != 'c' && c != 'p' && maybe(m)) {
        add(m, ".");
        if (maybe(m))
            add_number(m);
    }
    add(m, length);
    add_char(m, c);
}

static void add_argument(struct made *m)
{
    static const char *const strings[] = { "", "a", "Triptych", "a text that is longer than any width is",
                                           "%d" };
    long long n = choose_number(m);

    m->ints[m->nargs] = (int)n;
    m->longs[m->nargs] = (long)n;
    m->llongs[m->nargs] = n;
    m->strings[m->nargs] = strings[(unsigned long long)n % ARRAY_SIZE(strings)];
    m->pointers[m->nargs] = n == 0 ? m : (void *)(size_t)n; /* NULL is printed in many ways */
    m->nargs++;
}

/* snprintf or fmt_snprintf: unused arguments at the end are allowed. */
#define FORMAT(print, buf, size, fmt, a) print(buf, size, fmt, a[0], a[1], a[2], a[3], a[4], a[5])

#define FORMAT_MADE(print, m, buf, size)                                      \
    ((m)->type == INT      ? FORMAT(print, buf, size, (m)->fmt, (m)->ints)    \
     : (m)->type == LONG   ? FORMAT(print, buf, size, (m)->fmt, (m)->longs)   \
     : (m)->type == LLONG  ? FORMAT(print, buf, size, (m)->fmt, (m)->llongs)  \
     : (m)->type == STRING ? FORMAT(print, buf, size, (m)->fmt, (m)->strings) \
                           : FORMAT(print, buf, size, (m)->fmt, (m)->pointers))

bool fmt_oracle_agrees(fmt_choose *choose, void *ctx, char *report, size_t report_size)
{
    struct made m = { .choose = choose, .ctx = ctx };

    m.type = choose(ctx, TYPES);
    for (unsigned i = 0; i < MAX_ARGS; i++)
        m.strings[i] = "";
    for (unsigned n = choose(ctx, 4); n > 0; n--) {
        static const char *const between[] = { "", "a", "%%", " = " };
        if (m.nargs < MAX_ARGS) {
            add_conversion(&m);
            add_argument(&m);
        }
        add(&m, between[choose(ctx, ARRAY_SIZE(between))]);
    }

    int whole = FORMAT_MADE(snprintf, &m, NULL, 0);
    size_t size = choose(ctx, 2) == 0 ? (size_t)whole + 1 : choose(ctx, (unsigned)whole + 3);
    char *want = calloc(1, size + 1);
    char *got = malloc(size);
    int want_length = FORMAT_MADE(snprintf, &m, want, size);
    int got_length = FORMAT_MADE(fmt_snprintf, &m, got, size);
    bool same = want_length == got_length && memcmp(want, got, size > 0 ? strlen(want) + 1 : 0) == 0;

    if (!same) {
        snprintf(report, report_size, "format '%s', type %d, size %zu:\n'%s' %d\n'%.*s' %d", m.fmt,
                 (int)m.type, size, want, want_length, (int)size, got, got_length);
    }
    free(want);
    free(got);
    return same;
}
