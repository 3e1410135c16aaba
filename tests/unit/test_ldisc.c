/* test_ldisc.c - the line discipline: what is typed, what is read, what is on the screen.
 *
 * The screen is a small terminal of its own, so that erasing is judged by what is left to be seen.
 * Planted and caught: erasing beyond the line; a tab of one column; an end of file that counts
 * twice; no room kept for the end of a line; a line that begins behind what was read.
 */
#include "unit.h"

#include <string.h>

#include <kernel/ldisc.h>
#include <uapi/signal.h>

enum { COLUMNS = 200 };

static struct ldisc l;
static char screen[COLUMNS + 1]; /* the last line */
static char raw[8192];           /* all that was shown */
static unsigned column, shown, bells;

static void put(void *ctx, char c)
{
    (void)ctx;
    if (shown < sizeof(raw) - 1)
        raw[shown++] = c;
    raw[shown] = 0;
    if (c == '\n') {
        memset(screen, 0, sizeof(screen));
    } else if (c == '\r') {
        column = 0;
    } else if (c == '\b') {
        column -= column > 0;
    } else if (c == '\a') {
        bells++;
    } else if (c == '\t') {
        do {
            if (column < COLUMNS && screen[column] == 0)
                screen[column] = ' ';
        } while (++column % 8 != 0);
    } else if (column < COLUMNS) {
        screen[column++] = c;
    }
}

static void begin(void)
{
    ldisc_init(&l);
    memset(screen, 0, sizeof(screen));
    column = shown = bells = 0;
    raw[0] = 0;
}

static int type(const char *text)
{
    int signal = 0;
    for (; *text != 0; text++) {
        int s = ldisc_input(&l, (unsigned char)*text, put, NULL);
        signal = s != 0 ? s : signal;
    }
    return signal;
}

static void expect_read(size_t n, const char *text)
{
    char got[8192] = { 0 };
    bool more;
    size_t len = ldisc_read(&l, got, n, &more);
    assert_int_equal(len, strlen(text));
    assert_string_equal(got, text);
}

/* What is left on the line, without the blanks at its end; the cursor stands behind it. */
static void expect_screen(const char *text)
{
    size_t n = strlen(screen);
    while (n > strlen(text) && screen[n - 1] == ' ')
        screen[--n] = 0;
    assert_string_equal(screen, text);
}

static void set(unsigned clear, unsigned bits)
{
    struct termios t = l.termios;
    t.c_lflag = (t.c_lflag & ~clear) | bits;
    ldisc_set(&l, &t);
}

static void test_lines(void **state)
{
    (void)state;
    begin();
    type("ab");
    assert_false(ldisc_ready(&l));
    expect_screen("ab");
    type("c\rde\n");
    assert_string_equal(raw, "abc\r\nde\r\n");
    assert_true(ldisc_ready(&l));
    assert_int_equal(ldisc_count(&l), 4);
    expect_read(100, "abc\n");
    expect_read(1, "d");
    expect_read(100, "e\n");
    assert_false(ldisc_ready(&l));
}

static void test_more(void **state)
{
    char got[8];
    bool more;
    (void)state;
    begin();
    type("abc\n");
    assert_int_equal(ldisc_read(&l, got, 3, &more), 3);
    assert_true(more);
    assert_int_equal(ldisc_read(&l, got, 3, &more), 1);
    assert_false(more);
}

static void test_erase(void **state)
{
    (void)state;
    begin();
    for (const char *p = "$ "; *p != 0; p++)
        ldisc_output(&l, *p, put, NULL);
    type("ab\177\177\177\177");
    expect_screen("$ "); /* nothing left of the line is erased */
    assert_int_equal(column, 2);
    type("x\ty\177\177z");
    expect_screen("$ xz");
    assert_int_equal(column, 4);
    type("\025one two  \027");
    expect_screen("$ one ");
    type("\025");
    assert_int_equal(column, 2);
    type("\001q\177\177w\n"); /* ^A takes two columns */
    expect_read(100, "w\n");
}

static void test_literal(void **state)
{
    (void)state;
    begin();
    assert_int_equal(type("\026\003\026\026\n"), 0);
    assert_string_equal(raw, "^C^V\r\n");
    expect_read(100, "\003\026\n");
}

static void test_eof(void **state)
{
    (void)state;
    begin();
    type("\004");
    assert_true(ldisc_ready(&l));
    assert_int_equal(ldisc_count(&l), 0);
    expect_read(100, "");
    assert_false(ldisc_ready(&l));
    type("ab\004cd\004");
    expect_read(2, "ab"); /* and its end with it: the next is no end of file */
    expect_read(100, "cd");
    assert_false(ldisc_ready(&l));
}

static void test_signals(void **state)
{
    (void)state;
    begin();
    assert_int_equal(type("ab\003"), SIGINT);
    assert_string_equal(raw, "ab^C");
    type("c\n");
    expect_read(100, "c\n");
    assert_int_equal(type("\032"), SIGTSTP);
    assert_int_equal(type("\034"), SIGQUIT);
    set(0, NOFLSH);
    assert_int_equal(type("ab\003\n"), SIGINT);
    expect_read(100, "ab\n");
    set(ISIG, 0);
    assert_int_equal(type("\003\n"), 0);
    expect_read(100, "\003\n");
}

static void test_raw(void **state)
{
    (void)state;
    begin();
    set(ICANON | ECHO | ISIG, 0);
    type("a\177\004\003");
    assert_string_equal(raw, "");
    assert_int_equal(ldisc_count(&l), 4);
    expect_read(2, "a\177");
    expect_read(100, "\004\003");
    type("xy");
    set(0, ICANON); /* what was there is a line */
    assert_true(ldisc_ready(&l));
    expect_read(100, "xy");
    type("half");
    assert_false(ldisc_ready(&l));
    set(ICANON, 0);
    expect_read(100, "half");
}

static void test_echo(void **state)
{
    (void)state;
    begin();
    set(ECHO, ECHONL);
    type("secret\n");
    assert_string_equal(raw, "\r\n");
    begin();
    set(ECHOCTL, 0);
    type("\001");
    assert_string_equal(raw, "\001");
    begin();
    set(ECHOKE, 0);
    type("ab\025c\n");
    assert_string_equal(raw, "ab^U\r\nc\r\n");
    expect_read(100, "c\n");
    begin();
    type("ab\022c\n");
    assert_string_equal(raw, "ab^R\r\nabc\r\n");
}

/* A full line takes its end, but nothing else; a full ring nothing. */
static void test_full(void **state)
{
    (void)state;
    begin();
    for (unsigned i = 0; i < LDISC_SIZE + 10; i++)
        type("x");
    assert_int_equal(bells, 11);
    type("\n");
    assert_int_equal(ldisc_count(&l), LDISC_SIZE);
    type("\n");
    assert_int_equal(bells, 12);
    ldisc_flush(&l);
    assert_false(ldisc_ready(&l));
}

/*
 * Any bytes and settings, around the end of the counters: the ring holds what is between them, and no more.
 */
static void test_random(void **state)
{
    uint64_t seed = unit_seed();
    (void)state;
    begin();
    l.in = l.out = l.done = 0u - 500;
    for (unsigned i = 0; i < 200000; i++) {
        unsigned what = (unsigned)(unit_random(&seed) % 100);
        char got[64];
        bool more;
        if (what < 2)
            set(ICANON | ECHO | ISIG | IEXTEN | ECHOKE,
                (unsigned)unit_random(&seed) & (ICANON | ECHO | ISIG));
        else if (what < 10)
            assert_true(ldisc_read(&l, got, what, &more) <= what);
        else
            ldisc_input(&l, (unsigned char)(unit_random(&seed) % 160), put, NULL);
        assert_true(l.in - l.out <= LDISC_SIZE && l.done - l.out <= l.in - l.out);
        assert_true(ldisc_count(&l) <= l.in - l.out);
        shown = 0;
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),   cmocka_unit_test(test_more), cmocka_unit_test(test_erase),
        cmocka_unit_test(test_literal), cmocka_unit_test(test_eof),  cmocka_unit_test(test_signals),
        cmocka_unit_test(test_raw),     cmocka_unit_test(test_echo), cmocka_unit_test(test_full),
        cmocka_unit_test(test_random),
    };
    return UNIT_RUN("ldisc", tests);
}
