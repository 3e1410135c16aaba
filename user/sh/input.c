/* input.c - where lines come from: the text of -c, a file, the terminal. */
#include "sh.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char *next_of_text(struct input *in)
{
    size_t n = strcspn(in->text, "\n");

    if (*in->text == '\0')
        return NULL;
    char *line = scratch(n + 2);
    memcpy(line, in->text, n);
    line[n] = '\n';
    in->text += n + (in->text[n] == '\n' ? 1 : 0);
    return line;
}

static char *next_of_file(struct input *in)
{
    struct text line = { NULL, 0, 0 };
    char c = '\0';

    while (c != '\n') {
        ssize_t n = read(in->fd, &c, 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0 && line.length == 0)
            return NULL;
        if (n <= 0)
            c = '\n';
        text_add(&line, c);
    }
    return line.s;
}

char *input_line(struct input *in, const char *prompt)
{
    if (in->text != NULL)
        return next_of_text(in);
    if (!in->edit)
        return next_of_file(in);
    fflush(stdout);
    char *line = edit_line(prompt);
    if (line == NULL)
        return NULL;
    size_t n = strlen(line);
    char *with_newline = scratch_copy(line, n + 1);
    with_newline[n] = '\n';
    return with_newline;
}
