/* stdio.h - text in and out, through buffers.
 *
 * stdout is written out at the end of a line if it is a terminal, else when its buffer is full; stderr at
 * once.
 * printf has the conversions of lib/fmt.h: no floating point.
 */
#pragma once
#include <stdarg.h>
#include <stddef.h>
#include <sys/types.h>
#include <uapi/fcntl.h>

#define EOF    (-1)
#define BUFSIZ 1024

typedef struct file FILE;

extern FILE *const stdin;
extern FILE *const stdout;
extern FILE *const stderr;

FILE *fopen(const char *path, const char *mode);                 /* r, w or a, not +; e: close-on-exec */
FILE *fdopen(int fd, const char *mode);
int fclose(FILE *f);
int fflush(FILE *f);                                             /* NULL: all that are written to */
int fileno(FILE *f);
int feof(FILE *f);
int ferror(FILE *f);
void clearerr(FILE *f);

int fgetc(FILE *f);
int getc(FILE *f);
int getchar(void);
char *fgets(char *line, int size, FILE *f);
ssize_t getline(char **line, size_t *size, FILE *f);             /* length with the newline; -1 at the end */
size_t fread(void *data, size_t size, size_t count, FILE *f);

int fputc(int c, FILE *f);
int putc(int c, FILE *f);
int putchar(int c);
int fputs(const char *s, FILE *f);
int puts(const char *s);
size_t fwrite(const void *data, size_t size, size_t count, FILE *f);

int printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int fprintf(FILE *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int vprintf(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0)));
int vfprintf(FILE *f, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
int snprintf(char *buf, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap) __attribute__((format(printf, 3, 0)));
void perror(const char *what);
int rename(const char *from, const char *to);
