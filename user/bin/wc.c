/* wc.c - counts lines, words and bytes; -l, -w, -c: only these. */
#include <ctype.h>
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

enum { LINES, WORDS, BYTES, KINDS };

static bool wanted[KINDS];
static unsigned long total[KINDS];

static void print(const unsigned long *n, const char *name)
{
    const char *separator = "";

    for (int kind = 0; kind < KINDS; kind++) {
        if (wanted[kind]) {
            printf("%s%lu", separator, n[kind]);
            separator = " ";
        }
    }
    printf("%s%s\n", *name != '\0' ? " " : "", name);
}

static void count(FILE *f, const char *name)
{
    unsigned long n[KINDS] = { 0 };
    bool in_word = false;

    for (int c; (c = getc(f)) != EOF;) {
        n[BYTES]++;
        n[LINES] += c == '\n';
        n[WORDS] += !isspace(c) && !in_word;
        in_word = !isspace(c);
    }
    for (int kind = 0; kind < KINDS; kind++)
        total[kind] += n[kind];
    print(n, name);
}

int main(int argc, char **argv)
{
    int status = 0;

    for (int c; (c = getopt(argc, argv, "lwc")) != -1;) {
        if (c == '?')
            return 2;
        wanted[c == 'l' ? LINES : c == 'w' ? WORDS : BYTES] = true;
    }
    if (!wanted[LINES] && !wanted[WORDS] && !wanted[BYTES])
        wanted[LINES] = wanted[WORDS] = wanted[BYTES] = true;
    if (optind == argc)
        count(stdin, "");
    for (int i = optind; i < argc; i++) {
        FILE *f = fopen(argv[i], "r");
        if (f == NULL) {
            warn("%s", argv[i]);
            status = 1;
            continue;
        }
        count(f, argv[i]);
        fclose(f);
    }
    if (argc - optind > 1)
        print(total, "total");
    return status;
}
