/* echo.c - its arguments; -n: without a newline. */
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    int newline = argc < 2 || strcmp(argv[1], "-n") != 0;

    for (int first = newline ? 1 : 2, i = first; i < argc; i++)
        printf("%s%s", i > first ? " " : "", argv[i]);
    if (newline)
        putchar('\n');
    return fflush(stdout) == 0 ? 0 : 1;
}
