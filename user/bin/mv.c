/* mv.c - gives a file another name: mv FROM TO, or mv FROM... FOLDER; within one file system. */
#include <err.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static int move(const char *from, const char *to)
{
    if (rename(from, to) == 0)
        return 0;
    warn("%s to %s", from, to);
    return 1;
}

int main(int argc, char **argv)
{
    struct stat st;
    int status = 0;

    if (argc < 3)
        errx(2, "usage: mv FROM TO, or mv FROM... FOLDER");
    const char *to = argv[argc - 1];
    if (stat(to, &st) < 0 || !S_ISDIR(st.st_mode)) {
        if (argc > 3)
            errx(1, "%s: not a directory", to);
        return move(argv[1], to);
    }
    for (int i = 1; i < argc - 1; i++) {
        char path[PATH_MAX];
        const char *slash = strrchr(argv[i], '/');
        snprintf(path, sizeof(path), "%s/%s", to, slash == NULL ? argv[i] : slash + 1);
        status |= move(argv[i], path);
    }
    return status;
}
