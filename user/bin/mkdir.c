/* mkdir.c - makes directories; -p: also those above, and no complaint if they are there. */
#include <err.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int make(const char *path, bool may_exist)
{
    if (mkdir(path, 0777) == 0 || (may_exist && errno == EEXIST))
        return 0;
    warn("%s", path);
    return 1;
}

static int make_all(char *path)
{
    for (char *p = strchr(path + 1, '/'); p != NULL; p = strchr(p + 1, '/')) {
        *p = '\0';
        int failed = make(path, true);
        *p = '/';
        if (failed)
            return failed;
    }
    return make(path, true);
}

int main(int argc, char **argv)
{
    bool all = false;
    int status = 0;

    for (int c; (c = getopt(argc, argv, "p")) != -1;) {
        if (c == '?')
            return 2;
        all = true;
    }
    if (optind == argc)
        errx(2, "usage: mkdir [-p] FOLDER...");
    for (int i = optind; i < argc; i++)
        status |= all ? make_all(argv[i]) : make(argv[i], false);
    return status;
}
