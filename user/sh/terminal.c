/* terminal.c - whose the terminal is: keys like Ctrl-C and Ctrl-Z go to the process group that has it. */
#include "sh.h"

#include <signal.h>
#include <termios.h>
#include <unistd.h>

static struct termios modes; /* when the shell has it */
static const int ignored[] = { SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU, SIGTERM };

static void interrupt(int sig)
{
    (void)sig;
    shell.interrupted = true;
}

void terminal_start(void)
{
    struct sigaction action = { .sa_handler = interrupt };
    pid_t owner;

    while ((owner = tcgetpgrp(STDIN_FILENO)) >= 0 && owner != getpgrp())
        kill(0, SIGTTIN); /* not our turn yet */
    sigaction(SIGINT, &action, NULL);
    for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
        signal(ignored[i], SIG_IGN);
    if (getsid(0) != getpid())
        setpgid(0, 0);
    tcsetpgrp(STDIN_FILENO, getpgrp());
    tcgetattr(STDIN_FILENO, &modes);
}

void terminal_give(pid_t group)
{
    tcsetpgrp(STDIN_FILENO, group);
}

void terminal_take_back(void)
{
    tcsetpgrp(STDIN_FILENO, getpgrp());
    tcsetattr(STDIN_FILENO, TCSADRAIN, &modes);
}

void terminal_leave(pid_t group, bool foreground)
{
    setpgid(0, group);
    if (foreground)
        tcsetpgrp(STDIN_FILENO, getpgrp());
    for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
        signal(ignored[i], SIG_DFL);
    signal(SIGINT, SIG_DFL);
}
