/* sleep.c - waits for a number of seconds, which may have a fraction: sleep 0.2. */
#include <ctype.h>
#include <err.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv)
{
    char *rest;

    if (argc != 2 || (!isdigit(argv[1][0]) && argv[1][0] != '.'))
        errx(2, "usage: sleep SECONDS");
    struct timespec t = { strtol(argv[1], &rest, 10), 0 };
    if (*rest == '.') {
        rest++;
        for (long unit = 100000000; isdigit(*rest); rest++, unit /= 10)
            t.tv_nsec += (*rest - '0') * unit;
    }
    if (*rest != '\0')
        errx(2, "%s: not a number of seconds", argv[1]);
    if (nanosleep(&t, NULL) < 0)
        err(1, "nanosleep");
    return 0;
}
