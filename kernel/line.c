/* line.c - the line editor of the monitor. The terminal understands ANSI escape sequences (ECMA-48). */
#include <kernel/console.h>
#include <kernel/line.h>
#include <lib/string.h>
#include <lib/util.h>
#include <stdbool.h>

enum { LINE_MAX = 120, HISTORY = 8 };
enum key {
    KEY_LEFT = 0x100,
    KEY_RIGHT,
    KEY_UP,
    KEY_DOWN,
    KEY_HOME,
    KEY_END,
    KEY_DELETE,
    KEY_NONE,
};

#define CTRL(letter) ((letter) % 32)

static char history[HISTORY][LINE_MAX];
static unsigned history_end; /* lines ever put in */

struct line {
    const char *prompt;
    char *text;
    size_t size, len, at;
    unsigned back; /* how many lines back in the history; 0: the line being written */
};

/* ESC [ letter, ESC O letter, and ESC [ digit ~ */
static int escape_sequence(void)
{
    int c = console_getc();
    if (c != '[' && c != 'O')
        return KEY_NONE;
    int digit = 0;
    while ((c = console_getc()) >= '0' && c <= '9')
        digit = c;
    switch (c) {
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
    case '~':
        return digit == '3' ? KEY_DELETE : digit == '1' ? KEY_HOME : digit == '4' ? KEY_END : KEY_NONE;
    default:
        return KEY_NONE;
    }
}

static int read_key(void)
{
    int c = console_getc();
    switch (c) {
    case 0x1b:
        return escape_sequence();
    case CTRL('B'):
        return KEY_LEFT;
    case CTRL('F'):
        return KEY_RIGHT;
    case CTRL('P'):
        return KEY_UP;
    case CTRL('N'):
        return KEY_DOWN;
    case CTRL('A'):
        return KEY_HOME;
    case CTRL('E'):
        return KEY_END;
    case CTRL('D'):
        return KEY_DELETE;
    default:
        return c;
    }
}

/* The whole line anew, the cursor at its place. */
static void redraw(const struct line *l)
{
    kprintf("\r%s%.*s\033[K", l->prompt, (int)l->len, l->text);
    if (l->at < l->len)
        kprintf("\033[%uD", (unsigned)(l->len - l->at));
}

static void insert(struct line *l, char c)
{
    if (l->len + 1 >= l->size)
        return;
    memmove(l->text + l->at + 1, l->text + l->at, l->len - l->at);
    l->text[l->at++] = c;
    l->len++;
    if (l->at == l->len)
        kprintf("%c", c);
    else
        redraw(l);
}

static void erase(struct line *l, size_t from, size_t to)
{
    memmove(l->text + from, l->text + to, l->len - to);
    l->len -= to - from;
    l->at = from;
    redraw(l);
}

static size_t word_start(const struct line *l)
{
    size_t i = l->at;
    while (i > 0 && l->text[i - 1] == ' ')
        i--;
    while (i > 0 && l->text[i - 1] != ' ')
        i--;
    return i;
}

static void recall(struct line *l, unsigned back)
{
    if (back > min_size(history_end, HISTORY))
        return;
    l->back = back;
    l->len = back == 0 ? 0 : strlcpy(l->text, history[(history_end - back) % HISTORY], l->size);
    l->len = min_size(l->len, l->size - 1);
    l->at = l->len;
    redraw(l);
}

static void remember(const char *text)
{
    if (text[0] != 0 && (history_end == 0 || strcmp(text, history[(history_end - 1) % HISTORY]) != 0))
        strlcpy(history[history_end++ % HISTORY], text, LINE_MAX);
}

static void edit(struct line *l, int key)
{
    switch (key) {
    case KEY_LEFT:
        l->at -= l->at > 0;
        break;
    case KEY_RIGHT:
        l->at += l->at < l->len;
        break;
    case KEY_HOME:
        l->at = 0;
        break;
    case KEY_END:
        l->at = l->len;
        break;
    case KEY_UP:
        recall(l, l->back + 1);
        return;
    case KEY_DOWN:
        recall(l, l->back > 0 ? l->back - 1 : 0);
        return;
    case KEY_DELETE:
        erase(l, l->at, min_size(l->at + 1, l->len));
        return;
    case CTRL('H'):
    case 0x7f:
        erase(l, l->at - (l->at > 0), l->at);
        return;
    case CTRL('K'):
        erase(l, l->at, l->len);
        return;
    case CTRL('U'):
        erase(l, 0, l->at);
        return;
    case CTRL('W'):
        erase(l, word_start(l), l->at);
        return;
    case CTRL('L'):
        kprintf("\033[H\033[2J");
        break;
    default:
        if (key >= ' ' && key < 0x7f)
            insert(l, (char)key);
        return;
    }
    redraw(l);
}

size_t line_read(const char *prompt, char *buf, size_t size)
{
    static bool after_cr; /* the LF of a CR LF pair ends no line of its own */
    struct line l = { .prompt = prompt, .text = buf, .size = min_size(size, LINE_MAX) };
    kprintf("%s", prompt);
    for (;;) {
        int key = read_key();
        bool pair = key == '\n' && after_cr;
        after_cr = key == '\r';
        if (pair)
            continue;
        if (key == CTRL('C'))
            l.len = 0;
        if (key == '\r' || key == '\n' || key == CTRL('C'))
            break;
        edit(&l, key);
    }
    buf[l.len] = 0;
    kprintf("\n");
    remember(buf);
    return l.len;
}
