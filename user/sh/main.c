/* main.c - the shell: sh [-c TEXT | FILE] [ARGUMENT...]. */
#include "sh.h"

#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct shell shell;

/* Memory for one line is given back all at once: nobody has to know who needs what how long. */
struct piece {
    struct piece *next;
    char data[] __attribute__((aligned(16)));
};
static struct piece *pieces;

void *scratch(size_t size)
{
    struct piece *piece = calloc(1, sizeof(*piece) + size);

    if (piece == NULL)
        err(2, "memory");
    piece->next = pieces;
    pieces = piece;
    return piece->data;
}

char *scratch_copy(const char *s, size_t n)
{
    return memcpy(scratch(n + 1), s, n);
}

void scratch_free(void)
{
    while (pieces != NULL) {
        struct piece *piece = pieces;
        pieces = piece->next;
        free(piece);
    }
}

int main(int argc, char **argv)
{
    struct input in = { .fd = STDIN_FILENO };
    int zero = 0; /* the argument that is $0 */

    __progname = "sh";
    shell.pid = getpid();
    if (argc > 1 && strcmp(argv[1], "-c") == 0) {
        if (argc < 3)
            errx(2, "usage: sh [-c TEXT | FILE] [ARGUMENT...]");
        in.text = argv[2];
        zero = argc > 3 ? 3 : 0;
    } else if (argc > 1) {
        int fd = open(argv[1], O_RDONLY | O_CLOEXEC);
        in.fd = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 10);
        if (in.fd < 0)
            err(127, "%s", argv[1]);
        close(fd);
        zero = 1;
    } else {
        shell.interactive = in.edit = isatty(STDIN_FILENO);
    }
    shell.argc = in.text != NULL && zero == 0 ? 1 : argc - zero;
    shell.argv = argv + zero;
    if (shell.interactive)
        terminal_start();
    exit(run_input(&in));
}
