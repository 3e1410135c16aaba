/* cp.c - copies files: cp FROM TO, or cp FROM... FOLDER. */
#include <err.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int copy(const char *from, const char *to)
{
    char buf[4096];
    ssize_t n;
    struct stat st, existing;
    int in = open(from, O_RDONLY);

    if (in < 0 || fstat(in, &st) < 0) {
        warn("%s", from);
        return 1;
    }
    bool same = stat(to, &existing) == 0 && existing.st_dev == st.st_dev && existing.st_ino == st.st_ino;
    if (S_ISDIR(st.st_mode) || same) {
        warnx("%s: %s", from, same ? "is the same file" : "is a directory");
        close(in);
        return 1;
    }
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC, st.st_mode & 0777);
    if (out < 0) {
        warn("%s", to);
        close(in);
        return 1;
    }
    while ((n = read(in, buf, sizeof(buf))) > 0) {
        for (ssize_t done = 0, m; done < n; done += m) {
            m = write(out, buf + done, (size_t)(n - done));
            if (m < 0)
                err(1, "%s", to);
        }
    }
    if (n < 0)
        warn("%s", from);
    close(in);
    return close(out) < 0 || n < 0;
}

int main(int argc, char **argv)
{
    struct stat st;
    int status = 0;

    if (argc < 3)
        errx(2, "usage: cp FROM TO, or cp FROM... FOLDER");
    const char *to = argv[argc - 1];
    if (stat(to, &st) < 0 || !S_ISDIR(st.st_mode)) {
        if (argc > 3)
            errx(1, "%s: not a directory", to);
        return copy(argv[1], to);
    }
    for (int i = 1; i < argc - 1; i++) {
        char path[PATH_MAX];
        const char *slash = strrchr(argv[i], '/');
        snprintf(path, sizeof(path), "%s/%s", to, slash == NULL ? argv[i] : slash + 1);
        status |= copy(argv[i], path);
    }
    return status;
}
