/* grep.c - the lines that fit a pattern: grep [-cinv] PATTERN [FILE...]. Status 0 if there are any, else 1.
 *
 * In a pattern ^ is the beginning of the line and $ its end, . any character, [a-z] one of a set and [^a-z]
 * one outside of it, X* any number of X, and \X is X itself.
 */
#include <ctype.h>
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool count_only, any_case, with_number, inverted;

/* The pattern behind its first element. */
static const char *behind(const char *p)
{
    if (*p == '\\' && p[1] != '\0')
        return p + 2;
    if (*p == '[') {
        const char *end = strchr(p + (p[1] == '^' ? 3 : 2), ']');
        if (end == NULL)
            errx(2, "a [ without its ]");
        return end + 1;
    }
    return p + 1;
}

static int folded(int c)
{
    return any_case ? tolower(c) : c;
}

/* Is c in the set from p (behind its [) to end (its ])? */
static bool in_set(const char *p, const char *end, int c)
{
    bool outside = *p == '^';

    p += outside;
    for (; p < end; p++) {
        bool range = p[1] == '-' && p + 2 < end;
        if (folded(c) >= folded(p[0]) && folded(c) <= folded(range ? p[2] : p[0]))
            return !outside;
        p += range ? 2 : 0;
    }
    return outside;
}

static bool fits_one(const char *p, int c)
{
    if (c == '\0')
        return false;
    if (*p == '.')
        return true;
    if (*p == '[')
        return in_set(p + 1, behind(p) - 1, c);
    if (*p == '\\' && p[1] != '\0')
        p++;
    return folded(*p) == folded(c);
}

static bool fits_here(const char *p, const char *text)
{
    while (*p != '\0') {
        const char *next = behind(p);

        if (*p == '$' && *next == '\0')
            return *text == '\0';
        if (*next == '*') {
            do {
                if (fits_here(next + 1, text))
                    return true;
            } while (fits_one(p, *text++));
            return false;
        }
        if (!fits_one(p, *text))
            return false;
        p = next;
        text++;
    }
    return true;
}

static bool fits(const char *p, const char *text)
{
    if (*p == '^')
        return fits_here(p + 1, text);
    do {
        if (fits_here(p, text))
            return true;
    } while (*text++ != '\0');
    return false;
}

/* How many lines fit. name is shown, if it is not NULL. */
static unsigned long search(FILE *f, const char *pattern, const char *name)
{
    char *line = NULL;
    size_t size = 0;
    unsigned long number = 0, found = 0;

    for (ssize_t n; (n = getline(&line, &size, f)) > 0;) {
        number++;
        if (line[n - 1] == '\n')
            line[n - 1] = '\0';
        if (fits(pattern, line) == inverted)
            continue;
        found++;
        if (count_only)
            continue;
        if (name != NULL)
            printf("%s:", name);
        if (with_number)
            printf("%lu:", number);
        puts(line);
    }
    free(line);
    if (count_only && name != NULL)
        printf("%s:", name);
    if (count_only)
        printf("%lu\n", found);
    return found;
}

int main(int argc, char **argv)
{
    bool any = false, failed = false;

    for (int c; (c = getopt(argc, argv, "cinv")) != -1;) {
        if (c == '?')
            return 2;
        count_only |= c == 'c';
        any_case |= c == 'i';
        with_number |= c == 'n';
        inverted |= c == 'v';
    }
    if (optind == argc)
        errx(2, "usage: grep [-cinv] PATTERN [FILE...]");
    const char *pattern = argv[optind++];
    if (optind == argc)
        any = search(stdin, pattern, NULL) > 0;
    for (int i = optind; i < argc; i++) {
        FILE *f = fopen(argv[i], "r");
        if (f == NULL) {
            warn("%s", argv[i]);
            failed = true;
            continue;
        }
        any |= search(f, pattern, argc - optind > 1 ? argv[i] : NULL) > 0;
        fclose(f);
    }
    return failed ? 2 : !any;
}
