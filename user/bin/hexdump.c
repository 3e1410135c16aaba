/* hexdump.c - bytes in hexadecimal and as text, 16 in a line, with their position; repeated lines as a *. */
#include <ctype.h>
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { ROW = 16 };

static void print(unsigned long position, const unsigned char *row, size_t n)
{
    printf("%08lx", position);
    for (size_t i = 0; i < ROW; i++) {
        printf("%s", i % 8 == 0 ? "  " : " ");
        if (i < n)
            printf("%02x", row[i]);
        else
            printf("  ");
    }
    printf("  |");
    for (size_t i = 0; i < n; i++)
        putchar(isprint(row[i]) ? row[i] : '.');
    printf("|\n");
}

static void dump(FILE *f)
{
    unsigned char row[ROW], last[ROW];
    unsigned long position = 0;
    bool repeated = false;

    for (size_t n; (n = fread(row, 1, ROW, f)) > 0; position += n) {
        bool same = position > 0 && n == ROW && memcmp(row, last, ROW) == 0;
        if (!same)
            print(position, row, n);
        else if (!repeated)
            puts("*");
        repeated = same;
        memcpy(last, row, ROW);
    }
    printf("%08lx\n", position);
}

int main(int argc, char **argv)
{
    FILE *f = stdin;

    if (argc > 2)
        errx(2, "usage: hexdump [FILE]");
    if (argc == 2) {
        f = fopen(argv[1], "r");
        if (f == NULL)
            err(1, "%s", argv[1]);
    }
    dump(f);
    return ferror(f) ? 1 : 0;
}
