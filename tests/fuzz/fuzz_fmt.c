/* fuzz_fmt.c - formats: the input chooses one that C99 defines, to compare with snprintf, or is one itself.
 *
 * Planted and caught from the corpus within a minute: hh not narrowed; a wrong carry in the division by ten;
 * a % at the end reading on; the flag 0 winning over a precision; the sign behind the zeros; the width of a
 * negative * not to the left; no 0 at the end; the length cut; %n accepted.
 */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lib/fmt.h>

#include "fmt_oracle.h"

enum { MAX_FORMAT = 24 }; /* so that the arguments suffice: a conversion takes at most three */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
    const uint8_t *data;
    size_t size;
};

/* The next byte of the input, and 0 for ever behind its end. */
static unsigned choose(void *ctx, unsigned below)
{
    struct input *in = ctx;
    unsigned byte = 0;

    if (in->size > 0) {
        byte = *in->data++;
        in->size--;
    }
    return byte % below;
}

static void compare(struct input in)
{
    char report[1024];

    if (!fmt_oracle_agrees(choose, &in, report, sizeof(report))) {
        fprintf(stderr, "fuzz_fmt: %s\n", report);
        abort();
    }
}

static void count(void *ctx, char c)
{
    (void)c;
    ++*(int *)ctx;
}

static int format(int *counted, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    int n = fmt_format(count, counted, fmt, ap);
    va_end(ap);
    return n;
}

/* Widths of more than four digits only take time. */
static bool has_long_number(const char *fmt)
{
    int digits = 0;

    for (; *fmt != '\0' && digits < 5; fmt++)
        digits = isdigit((unsigned char)*fmt) ? digits + 1 : 0;
    return digits == 5;
}

/* Any text is a format. The arguments are numbers, or NULL where a pointer is asked for. */
static void take_as_format(struct input in)
{
    size_t n = in.size < MAX_FORMAT ? in.size : MAX_FORMAT;
    char *fmt = malloc(n + 1);
    int counted = 0;

    memcpy(fmt, in.data, n);
    fmt[n] = '\0';
    if (!has_long_number(fmt)) {
        int said = format(&counted, fmt, 0ull, 0ull, 0ull, 0ull, 0ull, 0ull, 0ull, 0ull, 0ull, 0ull, 0ull,
                          0ull, 0ull, 0ull, 0ull, 0ull, 0ull, 0ull, 0ull, 0ull, 0ull, 0ull, 0ull, 0ull);
        if (said != counted)
            abort();
    }
    free(fmt);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = { data, size };

    if (choose(&in, 2) == 0)
        compare(in);
    else
        take_as_format(in);
    return 0;
}
