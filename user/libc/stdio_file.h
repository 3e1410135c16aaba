/* stdio_file.h - what a FILE is, for the files of the C library that are about it. */
#pragma once
#include <stdbool.h>
#include <stdio.h>

enum when { UNKNOWN, WHEN_FULL, AT_NEWLINE, AT_ONCE };

struct file {
    int fd;
    bool writes, eof, error;
    enum when when;               /* the buffer is written out; found out with the first character */
    size_t next_char, end;        /* in buf: what is still to be read; all that is in it */
    FILE *next;                   /* of those that fopen() has opened */
    unsigned char buf[BUFSIZ];
};

/* A piece of text is complete: now it is written, if the file does so at once. 0, or EOF on error. */
int __text_done(FILE *f);
