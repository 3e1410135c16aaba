/* kill.c - sends a signal to processes: kill [-SIGNAL] PID..., a number or a name; -l lists the names. */
#include <err.h>
#include <signal.h>
#include <signames.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    int sig = SIGTERM, i = 1, status = 0;

    if (argc == 2 && strcmp(argv[1], "-l") == 0) {
        for (int n = 1; signal_name(n) != NULL; n++)
            printf("%d %s\n", n, signal_name(n));
        return 0;
    }
    if (argc > 1 && argv[1][0] == '-') {
        sig = signal_number(argv[1] + 1);
        if (sig < 0)
            errx(2, "%s: no such signal", argv[1] + 1);
        i++;
    }
    if (i == argc)
        errx(2, "usage: kill [-SIGNAL] PID..., or kill -l");
    for (; i < argc; i++) {
        char *rest;
        pid_t pid = (pid_t)strtol(argv[i], &rest, 10);
        if (rest == argv[i] || *rest != '\0') {
            warnx("%s: not a number", argv[i]);
            status = 1;
        } else if (kill(pid, sig) < 0) {
            warn("%s", argv[i]);
            status = 1;
        }
    }
    return status;
}
