/* start.c - from _start to main(), and from its return to the end of the process. */
#include "libc.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

int main(int argc, char **argv, char **envp);

enum { MAX_ATEXIT = 8 };

char **environ;
static const unsigned long *auxv;
static void (*at_exit[MAX_ATEXIT])(void);
static int at_exit_count;

void __libc_start(long *words)
{
    int argc = (int)words[0];
    char **argv = (char **)(words + 1);

    environ = argv + argc + 1;
    char **end = environ;
    while (*end != NULL)
        end++;
    auxv = (const unsigned long *)(end + 1);
    if (argc > 0) {
        const char *slash = strrchr(argv[0], '/');
        __progname = slash == NULL ? argv[0] : slash + 1;
    }
    exit(main(argc, argv, environ));
}

unsigned long getauxval(unsigned long type)
{
    for (const unsigned long *pair = auxv; pair[0] != AT_NULL; pair += 2) {
        if (pair[0] == type)
            return pair[1];
    }
    return 0;
}

int atexit(void (*function)(void))
{
    if (at_exit_count == MAX_ATEXIT)
        return -1;
    at_exit[at_exit_count++] = function;
    return 0;
}

void exit(int status)
{
    while (at_exit_count > 0)
        at_exit[--at_exit_count]();
    fflush(NULL);
    _exit(status);
}

void _exit(int status)
{
    for (;;)
        __syscall(SYS_exit_group, status);
}

void _Exit(int status)
{
    _exit(status);
}
