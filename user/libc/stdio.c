/* stdio.c - files with a buffer, for reading or for writing. */
#include "stdio_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static FILE standard[] = {
    { .fd = STDIN_FILENO },
    { .fd = STDOUT_FILENO, .writes = true },
    { .fd = STDERR_FILENO, .writes = true, .when = AT_ONCE },
};
FILE *const stdin = &standard[0];
FILE *const stdout = &standard[1];
FILE *const stderr = &standard[2];

/* Those of fopen(): for fflush(NULL), which the end of the program calls. */
static FILE *opened;

FILE *fdopen(int fd, const char *mode)
{
    FILE *f = calloc(1, sizeof(*f));

    if (f == NULL)
        return NULL;
    f->fd = fd;
    f->writes = *mode != 'r';
    f->next = opened;
    opened = f;
    return f;
}

FILE *fopen(const char *path, const char *mode)
{
    int flags = *mode == 'r' ? O_RDONLY : O_WRONLY | O_CREAT | (*mode == 'a' ? O_APPEND : O_TRUNC);
    int fd = open(path, flags | (strchr(mode, 'e') != NULL ? O_CLOEXEC : 0), 0666);

    if (fd < 0)
        return NULL;
    FILE *f = fdopen(fd, mode);
    if (f == NULL)
        close(fd);
    return f;
}

int fclose(FILE *f)
{
    int result = fflush(f);

    if (close(f->fd) < 0)
        result = EOF;
    for (FILE **link = &opened; *link != NULL; link = &(*link)->next) {
        if (*link == f) {
            *link = f->next;
            free(f);
            break;
        }
    }
    return result;
}

static int flush_all(void)
{
    int result = fflush(stdout);

    for (FILE *f = opened; f != NULL; f = f->next) {
        if (fflush(f) != 0)
            result = EOF;
    }
    return result;
}

int fflush(FILE *f)
{
    size_t done = 0;

    if (f == NULL)
        return flush_all();
    if (!f->writes)
        return 0;
    while (done < f->end) {
        ssize_t n = write(f->fd, f->buf + done, f->end - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            f->error = true;
            break;
        }
        done += (size_t)n;
    }
    f->end = 0;
    return f->error ? EOF : 0;
}

int fileno(FILE *f)
{
    return f->fd;
}

int feof(FILE *f)
{
    return f->eof;
}

int ferror(FILE *f)
{
    return f->error;
}

void clearerr(FILE *f)
{
    f->eof = f->error = false;
}

int fgetc(FILE *f)
{
    if (f->next_char == f->end) {
        if (f == stdin)
            fflush(stdout);
        ssize_t n = read(f->fd, f->buf, sizeof(f->buf));
        f->eof |= n == 0;
        f->error |= n < 0;
        f->next_char = 0;
        f->end = n > 0 ? (size_t)n : 0;
        if (n <= 0)
            return EOF;
    }
    return f->buf[f->next_char++];
}

/* Into the buffer; it is written when it is full, or when the line ends. */
int fputc(int c, FILE *f)
{
    if (f->when == UNKNOWN)
        f->when = isatty(f->fd) ? AT_NEWLINE : WHEN_FULL;
    f->buf[f->end++] = (unsigned char)c;
    if (f->end == sizeof(f->buf) || (f->when == AT_NEWLINE && c == '\n'))
        fflush(f);
    return f->error ? EOF : (unsigned char)c;
}

int __text_done(FILE *f)
{
    if (f->when == AT_ONCE)
        fflush(f);
    return f->error ? EOF : 0;
}
