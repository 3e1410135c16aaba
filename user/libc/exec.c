/* exec.c - starting a program in place of this one. */
#include "libc.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char default_path[] = "/bin";

int execve(const char *path, char *const argv[], char *const envp[])
{
    return (int)__result(__syscall(SYS_execve, path, argv, envp));
}

int execv(const char *path, char *const argv[])
{
    return execve(path, argv, environ);
}

/* A file that may not be run does not end the search, but if nothing else is found that is the reason. */
int execvp(const char *name, char *const argv[])
{
    const char *path = getenv("PATH");
    int error = ENOENT;

    if (strchr(name, '/') != NULL)
        return execv(name, argv);
    if (path == NULL)
        path = default_path;
    for (;;) {
        char file[PATH_MAX];
        size_t n = strcspn(path, ":");

        if (n + 1 + strlen(name) < sizeof(file)) {
            memcpy(file, path, n);
            file[n] = '/';
            strcpy(file + n + (n > 0 ? 1 : 0), name);
            execv(file, argv);
            if (errno == EACCES)
                error = EACCES;
            else if (errno != ENOENT && errno != ENOTDIR)
                return -1;
        }
        if (path[n] == '\0')
            break;
        path += n + 1;
    }
    errno = error;
    return -1;
}
