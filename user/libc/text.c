/* text.c - lines, strings and formatted text, by way of fgetc() and fputc(). */
#include "stdio_file.h"

#include <errno.h>
#include <lib/fmt.h>
#include <stdlib.h>
#include <string.h>

int getc(FILE *f)
{
    return fgetc(f);
}

int getchar(void)
{
    return fgetc(stdin);
}

int putc(int c, FILE *f)
{
    fputc(c, f);
    return __text_done(f) < 0 ? EOF : (unsigned char)c;
}

int putchar(int c)
{
    return putc(c, stdout);
}

char *fgets(char *line, int size, FILE *f)
{
    int n = 0, c = 0;

    while (n < size - 1 && c != '\n') {
        c = fgetc(f);
        if (c == EOF)
            break;
        line[n++] = (char)c;
    }
    line[n] = '\0';
    return n > 0 ? line : NULL;
}

ssize_t getline(char **line, size_t *size, FILE *f)
{
    size_t n = 0;
    int c = 0;

    if (*line == NULL)
        *size = 0;
    while (c != '\n') {
        c = fgetc(f);
        if (c == EOF)
            break;
        if (n + 1 >= *size) {
            size_t bigger = *size < 64 ? 128 : *size * 2;
            char *moved = realloc(*line, bigger);
            if (moved == NULL)
                return -1;
            *line = moved;
            *size = bigger;
        }
        (*line)[n++] = (char)c;
    }
    if (n == 0)
        return -1;
    (*line)[n] = '\0';
    return (ssize_t)n;
}

size_t fread(void *data, size_t size, size_t count, FILE *f)
{
    unsigned char *p = data;

    for (size_t done = 0; done < size * count; done++) {
        int c = fgetc(f);
        if (c == EOF)
            return done / size;
        p[done] = (unsigned char)c;
    }
    return count;
}

size_t fwrite(const void *data, size_t size, size_t count, FILE *f)
{
    const unsigned char *p = data;

    for (size_t done = 0; done < size * count; done++) {
        if (fputc(p[done], f) == EOF)
            return done / size;
    }
    return __text_done(f) < 0 ? 0 : count;
}

int fputs(const char *s, FILE *f)
{
    while (*s != '\0')
        fputc(*s++, f);
    return __text_done(f);
}

int puts(const char *s)
{
    fputs(s, stdout);
    return putchar('\n') == EOF ? EOF : 0;
}

static void put(void *f, char c)
{
    fputc(c, f);
}

int vfprintf(FILE *f, const char *fmt, va_list ap)
{
    int n = fmt_format(put, f, fmt, ap);

    return __text_done(f) < 0 ? EOF : n;
}

int fprintf(FILE *f, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    int n = vfprintf(f, fmt, ap);
    va_end(ap);
    return n;
}

int vprintf(const char *fmt, va_list ap)
{
    return vfprintf(stdout, fmt, ap);
}

int printf(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    int n = vprintf(fmt, ap);
    va_end(ap);
    return n;
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
    return fmt_vsnprintf(buf, size, fmt, ap);
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    int n = fmt_vsnprintf(buf, size, fmt, ap);
    va_end(ap);
    return n;
}

void perror(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
}
