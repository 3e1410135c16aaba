/* number.c - numbers from text, and numbers by chance. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

static int digit_value(int c)
{
    if (isdigit(c))
        return c - '0';
    return isalpha(c) ? tolower(c) - 'a' + 10 : INT_MAX;
}

/* What all of them do: blanks, sign, prefix, digits. A number above max becomes max, with ERANGE. */
static unsigned long long parse(const char *s, char **end, int base, unsigned long long max, bool *minus)
{
    const char *start = s;
    unsigned long long n = 0;
    bool any = false;

    while (isspace(*s))
        s++;
    *minus = *s == '-';
    if (*s == '-' || *s == '+')
        s++;
    bool hex = s[0] == '0' && tolower(s[1]) == 'x' && isxdigit(s[2]);
    if (hex && (base == 0 || base == 16)) {
        s += 2;
        base = 16;
    } else if (base == 0) {
        base = *s == '0' ? 8 : 10;
    }
    for (; digit_value(*s) < base; s++) {
        unsigned long long next;
        any = true;
        if (__builtin_mul_overflow(n, (unsigned)base, &next) ||
            __builtin_add_overflow(next, (unsigned)digit_value(*s), &next) || next > max) {
            errno = ERANGE;
            next = max;
        }
        n = next;
    }
    if (end != NULL)
        *end = (char *)(any ? s : start);
    return n;
}

unsigned long long strtoull(const char *s, char **end, int base)
{
    bool minus;
    unsigned long long n = parse(s, end, base, ULLONG_MAX, &minus);

    return minus ? -n : n;
}

unsigned long strtoul(const char *s, char **end, int base)
{
    bool minus;
    unsigned long n = (unsigned long)parse(s, end, base, ULONG_MAX, &minus);

    return minus ? -n : n;
}

long strtol(const char *s, char **end, int base)
{
    bool minus;
    unsigned long n = (unsigned long)parse(s, end, base, (unsigned long)LONG_MAX + 1, &minus);

    if (!minus && n > LONG_MAX) {
        errno = ERANGE;
        n = LONG_MAX;
    }
    return (long)(minus ? -n : n);
}

long atol(const char *s)
{
    return strtol(s, NULL, 10);
}

int atoi(const char *s)
{
    return (int)atol(s);
}

int abs(int n)
{
    return n < 0 ? -n : n;
}

static uint32_t random_state = 1;

void srand(unsigned seed)
{
    random_state = seed != 0 ? seed : 1;
}

/* Marsaglia, "Xorshift RNGs", 2003: 32 bits, never 0. */
int rand(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return (int)(random_state & INT_MAX);
}
