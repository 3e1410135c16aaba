/* redirect.c - <, >, >> and n>&m: for good in a new process, for a time around a builtin. */
#include "sh.h"

#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { SAVED = 10 }; /* from this descriptor on, where no redirection by a digit reaches */

struct saved {
    int fd, copy;
    struct saved *next;
};

static const int flags[] = {
    [TO_READ] = O_RDONLY,
    [TO_WRITE] = O_WRONLY | O_CREAT | O_TRUNC,
    [TO_APPEND] = O_WRONLY | O_CREAT | O_APPEND,
};

/* The descriptor that r->fd shall be a copy of, and whether it was opened for that. */
static int source(struct redirect *r, const char *word, bool *opened)
{
    *opened = r->kind != TO_COPY;
    if (*opened)
        return open(word, flags[r->kind], 0666);
    if (isdigit(word[0]) && word[1] == '\0')
        return word[0] - '0';
    errno = EBADF;
    return -1;
}

/* Notes in *undo how fd was: a copy of it, or -1 if it was closed. */
static void save(int fd, struct saved **undo)
{
    struct saved *old = scratch(sizeof(*old));

    *old = (struct saved){ fd, fcntl(fd, F_DUPFD_CLOEXEC, SAVED), *undo };
    *undo = old;
}

bool redirect_apply(struct redirect *list, struct saved **undo)
{
    for (struct redirect *r = list; r != NULL; r = r->next) {
        bool opened;
        const char *word = expand_one(r->word);
        if (undo != NULL)
            save(r->fd, undo);
        int fd = source(r, word, &opened);
        bool good = fd >= 0 && (fd == r->fd || dup2(fd, r->fd) >= 0);
        if (!good)
            warn("%s", word);
        if (opened && fd >= 0 && fd != r->fd)
            close(fd);
        if (!good)
            return false;
    }
    return true;
}

void redirect_undo(struct saved *undo)
{
    for (; undo != NULL; undo = undo->next) {
        if (undo->copy < 0) {
            close(undo->fd);
            continue;
        }
        dup2(undo->copy, undo->fd);
        close(undo->copy);
    }
}
