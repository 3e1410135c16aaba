/* env.c - prints the environment, or runs a program: env [NAME=VALUE...] [PROGRAM [ARGUMENT...]]. */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int i = 1;

    for (char *equals; i < argc && (equals = strchr(argv[i], '=')) != NULL; i++) {
        *equals = '\0';
        setenv(argv[i], equals + 1, 1);
    }
    if (i < argc) {
        execvp(argv[i], argv + i);
        err(errno == ENOENT ? 127 : 126, "%s", argv[i]);
    }
    for (char **e = environ; *e != NULL; e++)
        puts(*e);
    return 0;
}
