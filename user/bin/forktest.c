/* forktest.c - as many children as there may be: forktest [N]. All have to be born, and to end. */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    long wanted = argc > 1 ? atol(argv[1]) : 1000, born = 0, ended = 0;
    int gate[2], status;

    if (pipe(gate) < 0)
        err(1, "pipe");
    for (; born < wanted; born++) {
        pid_t pid = fork();
        if (pid < 0 && errno == EAGAIN)
            break;
        if (pid < 0)
            err(1, "fork");
        if (pid == 0) {
            char c;
            close(gate[1]);
            _exit(read(gate[0], &c, 1) == 0 ? 7 : 1);
        }
    }
    if (born < wanted)
        printf("forktest: no more than %ld at a time\n", born);
    close(gate[1]); /* all of them end now */
    while (wait(&status) > 0) {
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 7)
            errx(1, "a child ended with status %#x", status);
        ended++;
    }
    if (ended != born)
        errx(1, "%ld were born, %ld have ended", born, ended);
    printf("forktest: %ld children: ok\n", ended);
    return 0;
}
