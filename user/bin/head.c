/* head.c - the first lines of files: -n NUMBER, or 10. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void copy(FILE *f, long lines)
{
    for (int c; lines > 0 && (c = getc(f)) != EOF;) {
        putchar(c);
        lines -= c == '\n';
    }
}

int main(int argc, char **argv)
{
    long lines = 10;
    int status = 0;

    for (int c; (c = getopt(argc, argv, "n:")) != -1;) {
        if (c == '?')
            return 2;
        lines = atol(optarg);
    }
    if (optind == argc)
        copy(stdin, lines);
    for (int i = optind; i < argc; i++) {
        FILE *f = fopen(argv[i], "r");
        if (f == NULL) {
            warn("%s", argv[i]);
            status = 1;
            continue;
        }
        if (argc - optind > 1)
            printf("==> %s <==\n", argv[i]);
        copy(f, lines);
        fclose(f);
    }
    return status;
}
