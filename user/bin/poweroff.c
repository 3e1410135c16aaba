/* poweroff.c - turns the machine off: asks init, which ends all others first. -r restarts it instead; -f does
 * not ask, but calls the kernel at once. */
#include <err.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/reboot.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    bool restart = false, force = false;

    for (int c; (c = getopt(argc, argv, "rf")) != -1;) {
        if (c == '?')
            return 2;
        restart |= c == 'r';
        force |= c == 'f';
    }
    if (force)
        reboot(restart ? RB_AUTOBOOT : RB_POWER_OFF);
    else if (kill(1, restart ? SIGINT : SIGTERM) == 0)
        return 0;
    err(1, "%s", force ? "reboot" : "init");
}
