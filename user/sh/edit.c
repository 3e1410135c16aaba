/* edit.c - a line from the terminal, with keys to change it, and the lines before.
 *
 *   left right, Home End (Ctrl-A Ctrl-E)   move      Backspace, Delete (Ctrl-D)   one character
 *   up down (Ctrl-P Ctrl-N)                history   Ctrl-U Ctrl-K Ctrl-W         to start, to end, a word
 *   Ctrl-L                                 redraw    Ctrl-C, Ctrl-D when empty    no line, the end
 *
 * A line longer than the terminal is wide shows the part around the cursor.
 */
#include "sh.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

enum { SIZE = 1024, HISTORY = 64, ESCAPE = 27, DELETE = 127 };
enum { KEY_UP = 0x100, KEY_DOWN, KEY_RIGHT, KEY_LEFT, KEY_HOME, KEY_END, KEY_DELETE, KEY_NONE, KEY_EOF };

#define CTRL(c) ((c)&31)

struct editor {
    char line[SIZE];
    size_t length, cursor;
    const char *prompt;
    size_t shown;       /* which line of the history it is; history_count: the new one */
    char unsaved[SIZE]; /* the new one, while another is shown */
};

static char *history[HISTORY];
static size_t history_count, history_first; /* the number of the oldest that is kept */

void history_add(const char *line)
{
    size_t n = strcspn(line, "\n");

    if (n == 0 || (history_count > 0 && strncmp(history[(history_count - 1) % HISTORY], line, n) == 0 &&
                   history[(history_count - 1) % HISTORY][n] == '\0'))
        return;
    free(history[history_count % HISTORY]);
    history[history_count % HISTORY] = strndup(line, n);
    history_count++;
    if (history_count - history_first > HISTORY)
        history_first++;
}

void history_print(void)
{
    for (size_t i = history_first; i < history_count; i++)
        printf("%4zu  %s\n", i + 1, history[i % HISTORY]);
}

static void put(const char *s, size_t n)
{
    write(STDOUT_FILENO, s, n);
}

static size_t columns(void)
{
    struct winsize size;

    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

static void redraw(struct editor *e)
{
    size_t before = strlen(e->prompt), width = columns() - 1;
    size_t room = width > before + 8 ? width - before : 8;
    size_t first = e->cursor > room ? e->cursor - room : 0;
    size_t n = e->length - first < room ? e->length - first : room;
    char move[32];

    put("\r", 1);
    put(e->prompt, before);
    put(e->line + first, n);
    put("\033[K", 3);
    if (first + n > e->cursor)
        put(move, (size_t)snprintf(move, sizeof(move), "\033[%zuD", first + n - e->cursor));
}

static void insert(struct editor *e, char c)
{
    if (e->length == SIZE - 1)
        return;
    memmove(e->line + e->cursor + 1, e->line + e->cursor, e->length - e->cursor);
    e->line[e->cursor++] = c;
    e->length++;
    if (e->cursor == e->length && strlen(e->prompt) + e->length < columns())
        put(&c, 1);
    else
        redraw(e);
}

/* Takes out what is between two positions; the cursor is there then. */
static void cut(struct editor *e, size_t from, size_t to)
{
    memmove(e->line + from, e->line + to, e->length - to);
    e->length -= to - from;
    e->cursor = from;
    redraw(e);
}

static size_t word_start(const struct editor *e)
{
    size_t i = e->cursor;

    while (i > 0 && e->line[i - 1] == ' ')
        i--;
    while (i > 0 && e->line[i - 1] != ' ')
        i--;
    return i;
}

static void show_history(struct editor *e, size_t number)
{
    if (number < history_first || number > history_count)
        return;
    e->line[e->length] = '\0';
    if (e->shown == history_count)
        strcpy(e->unsaved, e->line);
    strlcpy(e->line, number == history_count ? e->unsaved : history[number % HISTORY], SIZE);
    e->shown = number;
    e->cursor = e->length = strlen(e->line);
    redraw(e);
}

static int read_byte(void)
{
    unsigned char c;

    return read(STDIN_FILENO, &c, 1) == 1 ? c : KEY_EOF;
}

/* A key is a byte, or a sequence ESC [ letter, ESC O letter, ESC [ digit ~. */
static int read_key(void)
{
    int c = read_byte();

    if (c != ESCAPE)
        return c;
    c = read_byte();
    if (c != '[' && c != 'O')
        return KEY_NONE;
    switch (c = read_byte()) {
    case 'A':
        return KEY_UP;
    case 'B':
        return KEY_DOWN;
    case 'C':
        return KEY_RIGHT;
    case 'D':
        return KEY_LEFT;
    case 'H':
        return KEY_HOME;
    case 'F':
        return KEY_END;
    }
    if (c >= '0' && c <= '9' && read_byte() == '~')
        return c == '1' || c == '7'   ? KEY_HOME
               : c == '4' || c == '8' ? KEY_END
               : c == '3'             ? KEY_DELETE
                                      : KEY_NONE;
    return KEY_NONE;
}

static void move_to(struct editor *e, size_t cursor)
{
    e->cursor = cursor;
    redraw(e);
}

static void edit(struct editor *e, int key)
{
    if (key >= ' ' && key < DELETE)
        insert(e, (char)key);
    else if (key == KEY_LEFT || key == CTRL('b'))
        move_to(e, e->cursor - (e->cursor > 0));
    else if (key == KEY_RIGHT || key == CTRL('f'))
        move_to(e, e->cursor + (e->cursor < e->length));
    else if (key == KEY_HOME || key == CTRL('a'))
        move_to(e, 0);
    else if (key == KEY_END || key == CTRL('e'))
        move_to(e, e->length);
    else if ((key == DELETE || key == CTRL('h')) && e->cursor > 0)
        cut(e, e->cursor - 1, e->cursor);
    else if ((key == KEY_DELETE || key == CTRL('d')) && e->cursor < e->length)
        cut(e, e->cursor, e->cursor + 1);
    else if (key == CTRL('u'))
        cut(e, 0, e->cursor);
    else if (key == CTRL('k'))
        cut(e, e->cursor, e->length);
    else if (key == CTRL('w'))
        cut(e, word_start(e), e->cursor);
    else if (key == KEY_UP || key == CTRL('p'))
        show_history(e, e->shown - 1);
    else if (key == KEY_DOWN || key == CTRL('n'))
        show_history(e, e->shown + 1);
    else if (key == CTRL('l'))
        redraw(e);
}

char *edit_line(const char *prompt)
{
    static struct editor e;
    struct termios before, raw;
    int key = KEY_NONE;

    e.prompt = prompt;
    e.length = e.cursor = 0;
    e.shown = history_count;
    tcgetattr(STDIN_FILENO, &before);
    raw = before;
    cfmakeraw(&raw);
    raw.c_oflag = before.c_oflag;
    tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
    put(prompt, strlen(prompt));
    for (bool more = true; more;) {
        key = read_key();
        if (key == '\r' || key == '\n' || key == CTRL('c') || key == KEY_EOF ||
            (key == CTRL('d') && e.length == 0))
            more = false;
        else
            edit(&e, key);
    }
    put(key == CTRL('c') ? "^C\n" : "\n", key == CTRL('c') ? 3 : 1);
    tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
    shell.interrupted = key == CTRL('c');
    if (key == CTRL('d') || key == KEY_EOF)
        return NULL;
    return scratch_copy(e.line, shell.interrupted ? 0 : e.length);
}
