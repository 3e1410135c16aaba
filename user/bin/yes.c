/* yes.c - a line for ever: its argument, or y. */
#include <stdio.h>

int main(int argc, char **argv)
{
    while (printf("%s\n", argc > 1 ? argv[1] : "y") >= 0)
        continue;
    return 1;
}
