/* ls.c - what is in directories, sorted, one name per line; -a: also names with a dot, -l: with mode, links,
 * size and, for a device, its numbers. */
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool all, details;
static int status;

static char letter_of(unsigned mode)
{
    switch (mode & S_IFMT) {
    case S_IFDIR:
        return 'd';
    case S_IFCHR:
        return 'c';
    case S_IFBLK:
        return 'b';
    case S_IFIFO:
        return 'p';
    case S_IFLNK:
        return 'l';
    default:
        return '-';
    }
}

/* Linux: 12 bits of major and 20 of minor, put together as they grew over the years. */
static unsigned major_of(unsigned long dev)
{
    return (unsigned)(dev >> 8) & 0xfff;
}

static unsigned minor_of(unsigned long dev)
{
    return (unsigned)((dev & 0xff) | (dev >> 12 & 0xfff00));
}

/* path is how the file is reached, name how it is shown. */
static void show(const char *path, const char *name)
{
    struct stat st;

    if (details) {
        if (lstat(path, &st) < 0) {
            warn("%s", path);
            status = 1;
            return;
        }
        putchar(letter_of(st.st_mode));
        for (int bit = 8; bit >= 0; bit--)
            putchar(st.st_mode >> bit & 1 ? "xwr"[bit % 3] : '-');
        printf(" %2u ", (unsigned)st.st_nlink);
        if (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode))
            printf("%4u,%4u ", major_of((unsigned long)st.st_rdev), minor_of((unsigned long)st.st_rdev));
        else
            printf("%9lu ", (unsigned long)st.st_size);
    }
    puts(name);
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void show_folder(const char *path, DIR *dir)
{
    char **names = NULL;
    size_t count = 0;

    for (struct dirent *e; (e = readdir(dir)) != NULL;) {
        if (e->d_name[0] == '.' && !all)
            continue;
        char **more = realloc(names, (count + 1) * sizeof(char *));
        char *name = strdup(e->d_name);
        if (more == NULL || name == NULL)
            err(1, "%s", path);
        names = more;
        names[count++] = name;
    }
    qsort(names, count, sizeof(char *), compare);
    for (size_t i = 0; i < count; i++) {
        char inner[PATH_MAX];
        snprintf(inner, sizeof(inner), "%s/%s", path, names[i]);
        show(inner, names[i]);
        free(names[i]);
    }
    free(names);
}

static void list(const char *path, bool with_title)
{
    struct stat st;

    if (stat(path, &st) < 0) {
        warn("%s", path);
        status = 1;
        return;
    }
    if (!S_ISDIR(st.st_mode)) {
        show(path, path);
        return;
    }
    DIR *dir = opendir(path);
    if (dir == NULL) {
        warn("%s", path);
        status = 1;
        return;
    }
    if (with_title)
        printf("%s:\n", path);
    show_folder(path, dir);
    closedir(dir);
}

int main(int argc, char **argv)
{
    for (int c; (c = getopt(argc, argv, "al1")) != -1;) {
        if (c == '?')
            return 2;
        all |= c == 'a';
        details |= c == 'l';
    }
    if (optind == argc)
        list(".", false);
    for (int i = optind; i < argc; i++)
        list(argv[i], argc - optind > 1);
    return status;
}
