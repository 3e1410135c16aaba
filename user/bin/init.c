/* init.c - PID 1: keeps a shell on the console, buries orphans, and turns the machine off in the end.
 *
 * SIGTERM (poweroff): all processes are asked to end, those that are still there after a second are killed,
 * then reboot(2). SIGINT (poweroff -r): the same, but the machine starts again.
 * The console may be named by the first argument, the shell by the second.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { GRACE = 1, PAUSE = 1 };        /* seconds: for those who are asked to end; between two shells */
enum { SHORTAGE_NS = 100 * 1000000 }; /* until there may be memory for a shell */

static const char *console = "/dev/console";
static const char *shell = "/bin/sh";
static volatile sig_atomic_t asked; /* the signal that asked for the end */

static void ask(int sig)
{
    asked = sig;
}

/* Only so that the signal ends a sigsuspend(). */
static void child_ended(int sig)
{
    (void)sig;
}

/* The console as standard input, output and error; the kernel may have opened it already. */
static void open_console(void)
{
    int fd = open(console, O_RDWR);

    if (fd < 0)
        return;
    for (int i = 0; i < 3; i++) {
        if (fd != i)
            dup2(fd, i);
    }
    if (fd > 2)
        close(fd);
}

/* The shell is the leader of a session of its own, the console its terminal. */
static pid_t start_shell(void)
{
    char name[] = "-sh";
    char *argv[] = { name, NULL };
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    sigset_t none = 0;
    sigprocmask(SIG_SETMASK, &none, NULL);
    setsid();
    open_console();
    ioctl(STDIN_FILENO, TIOCSCTTY, (void *)1);
    execv(shell, argv);
    err(127, "%s", shell);
}

/* Meanwhile orphans are buried, and who asks for the end is heard. */
static void await_memory(const sigset_t *none, const sigset_t *awaited)
{
    const struct timespec t = { 0, SHORTAGE_NS };

    sigprocmask(SIG_SETMASK, none, NULL);
    nanosleep(&t, NULL);
    sigprocmask(SIG_BLOCK, awaited, NULL);
    while (waitpid(-1, NULL, WNOHANG) > 0)
        continue;
}

static _Noreturn void shut_down(void)
{
    struct timespec end = { GRACE, 0 };

    warnx(asked == SIGINT ? "restart" : "power off");
    kill(-1, SIGTERM);
    kill(-1, SIGCONT);
    nanosleep(&end, NULL);
    kill(-1, SIGKILL);
    while (wait(NULL) > 0)
        continue;
    sync();
    reboot(asked == SIGINT ? RB_AUTOBOOT : RB_POWER_OFF);
    err(1, "reboot");
}

/* The signals are blocked but for the wait, so that none comes between the look and the sleep. */
int main(int argc, char **argv)
{
    const sigset_t none = 0;
    sigset_t awaited = 0;
    struct sigaction action = { .sa_handler = ask };
    pid_t sh = -1;

    if (getpid() != 1)
        errx(1, "only the kernel starts me");
    console = argc > 1 ? argv[1] : console;
    shell = argc > 2 ? argv[2] : shell;
    sigaddset(&awaited, SIGTERM);
    sigaddset(&awaited, SIGINT);
    sigaddset(&awaited, SIGCHLD);
    sigprocmask(SIG_BLOCK, &awaited, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    action.sa_handler = child_ended;
    sigaction(SIGCHLD, &action, NULL);
    open_console();
    while (asked == 0) {
        time_t started = time(NULL);
        sh = start_shell();
        if (sh < 0) {
            warn("fork");
            await_memory(&none, &awaited);
            continue;
        }
        for (pid_t pid = 0; asked == 0 && pid != sh;) {
            pid = waitpid(-1, NULL, WNOHANG);
            if (pid <= 0)
                sigsuspend(&none);
        }
        if (asked == 0 && time(NULL) - started < PAUSE)
            sleep(PAUSE);
    }
    shut_down();
}
