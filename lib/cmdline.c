/* lib/cmdline.c - words of the kernel command line. */
#include <lib/cmdline.h>

#include <lib/string.h>

/* Part of the command line. */
struct text {
    const char *start;
    size_t length;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The first word at or behind line; its length is 0 at the end of the line. */
static struct text next_word(const char *line)
{
    while (is_space(*line))
        line++;

    struct text word = { line, 0 };
    while (line[word.length] != '\0' && !is_space(line[word.length]))
        word.length++;
    return word;
}

/* Finds the last key=value. */
static bool find_value(const char *cmdline, const char *key, struct text *value)
{
    size_t n = strlen(key);
    bool found = false;

    for (struct text w = next_word(cmdline); w.length > 0; w = next_word(w.start + w.length)) {
        if (w.length > n && w.start[n] == '=' && memcmp(w.start, key, n) == 0) {
            *value = (struct text){ w.start + n + 1, w.length - n - 1 };
            found = true;
        }
    }
    return found;
}

bool cmdline_get(const char *cmdline, const char *key, char *out, size_t size)
{
    struct text value;

    if (!find_value(cmdline, key, &value) || value.length >= size)
        return false;
    memcpy(out, value.start, value.length);
    out[value.length] = '\0';
    return true;
}

bool cmdline_has(const char *cmdline, const char *flag)
{
    size_t n = strlen(flag);

    for (struct text w = next_word(cmdline); w.length > 0; w = next_word(w.start + w.length)) {
        if (w.length == n && memcmp(w.start, flag, n) == 0)
            return true;
    }
    return false;
}

/* The value of a digit in any base up to 16; 16 if it is none. */
static unsigned digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (unsigned)(c - 'a') + 10;
    if (c >= 'A' && c <= 'F')
        return (unsigned)(c - 'A') + 10;
    return 16;
}

/* Takes the digits of a number from the front of t. False if there are none, or too many. */
static bool take_number(struct text *t, uint64_t *number)
{
    bool hex = t->length > 2 && t->start[0] == '0' && (t->start[1] == 'x' || t->start[1] == 'X');
    unsigned base = hex ? 16 : 10;
    const char *first = t->start + (hex ? 2 : 0);
    const char *p = first;
    const char *end = t->start + t->length;
    uint64_t n = 0;

    for (; p < end && digit_value(*p) < base; p++) {
        unsigned digit = digit_value(*p);
        if (n > (hex ? UINT64_MAX / 16 : UINT64_MAX / 10) || n * base > UINT64_MAX - digit)
            return false;
        n = n * base + digit;
    }
    *number = n;
    *t = (struct text){ p, (size_t)(end - p) };
    return p > first;
}

bool cmdline_get_uint(const char *cmdline, const char *key, unsigned long *value)
{
    struct text t;
    uint64_t n;

    if (!find_value(cmdline, key, &t) || !take_number(&t, &n))
        return false;
    if (t.length > 0 || n > ~0ul)
        return false;
    *value = (unsigned long)n;
    return true;
}

/* The shift that a suffix stands for; negative if there is no such suffix. */
static int suffix_shift(struct text t)
{
    if (t.length == 0)
        return 0;
    if (t.length > 1)
        return -1;
    switch (*t.start) {
    case 'k':
    case 'K':
        return 10;
    case 'm':
    case 'M':
        return 20;
    case 'g':
    case 'G':
        return 30;
    default:
        return -1;
    }
}

bool cmdline_get_size(const char *cmdline, const char *key, uint64_t *bytes)
{
    struct text t;
    uint64_t n;

    if (!find_value(cmdline, key, &t) || !take_number(&t, &n))
        return false;

    int shift = suffix_shift(t);
    if (shift < 0 || n > UINT64_MAX >> shift)
        return false;
    *bytes = n << shift;
    return true;
}
