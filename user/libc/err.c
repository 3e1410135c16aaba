/* err.c - complaints: "program: text: why", on stderr. */
#include <err.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *__progname = "?";

/* error 0: there is no reason to tell. */
static void complain(int error, const char *fmt, va_list ap)
{
    char text[256];

    vsnprintf(text, sizeof(text), fmt, ap);
    fflush(stdout);
    if (error == 0)
        fprintf(stderr, "%s: %s\n", __progname, text);
    else
        fprintf(stderr, "%s: %s: %s\n", __progname, text, strerror(error));
}

void warn(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    complain(errno, fmt, ap);
    va_end(ap);
}

void warnx(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    complain(0, fmt, ap);
    va_end(ap);
}

void err(int status, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    complain(errno, fmt, ap);
    va_end(ap);
    exit(status);
}

void errx(int status, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    complain(0, fmt, ap);
    va_end(ap);
    exit(status);
}
