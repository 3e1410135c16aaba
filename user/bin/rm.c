/* rm.c - removes names of files; -r: directories with all below them, -f: no complaint if there is none. */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool recursive, force;

static int complain(const char *path)
{
    if (force && errno == ENOENT)
        return 0;
    warn("%s", path);
    return 1;
}

static int remove_name(const char *path);

/* The directory is opened anew after each removal: what its reader says while it changes is not sure. */
static int remove_content(const char *path)
{
    for (;;) {
        char inner[PATH_MAX];
        struct dirent *e;
        DIR *dir = opendir(path);

        if (dir == NULL)
            return complain(path);
        do
            e = readdir(dir);
        while (e != NULL && (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0));
        if (e != NULL)
            snprintf(inner, sizeof(inner), "%s/%s", path, e->d_name);
        closedir(dir);
        if (e == NULL)
            return 0;
        if (remove_name(inner) != 0)
            return 1;
    }
}

static int remove_name(const char *path)
{
    struct stat st;

    if (lstat(path, &st) < 0)
        return complain(path);
    if (!S_ISDIR(st.st_mode) || !recursive)
        return unlink(path) == 0 ? 0 : complain(path);
    if (remove_content(path) != 0)
        return 1;
    return rmdir(path) == 0 ? 0 : complain(path);
}

int main(int argc, char **argv)
{
    int status = 0;

    for (int c; (c = getopt(argc, argv, "rf")) != -1;) {
        if (c == '?')
            return 2;
        recursive |= c == 'r';
        force |= c == 'f';
    }
    if (optind == argc && !force)
        errx(2, "usage: rm [-rf] NAME...");
    for (int i = optind; i < argc; i++)
        status |= remove_name(argv[i]);
    return status;
}
