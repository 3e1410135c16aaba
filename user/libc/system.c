/* system.c - the machine: its name, its memory, its end, random numbers, time, terminals. */
#include "libc.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/reboot.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/utsname.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

int uname(struct utsname *name)
{
    return (int)__result(__syscall(SYS_uname, name));
}

int sysinfo(struct sysinfo *info)
{
    return (int)__result(__syscall(SYS_sysinfo, info));
}

int reboot(unsigned how)
{
    return (int)__result(__syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, how, NULL));
}

ssize_t getrandom(void *data, size_t size, unsigned flags)
{
    return __result(__syscall(SYS_getrandom, data, size, flags));
}

int clock_gettime(clockid_t clock, struct timespec *t)
{
    return (int)__result(__syscall(SYS_clock_gettime, clock, t));
}

int gettimeofday(struct timeval *t, void *zone)
{
    return (int)__result(__syscall(SYS_gettimeofday, t, zone));
}

time_t time(time_t *t)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    if (t != NULL)
        *t = now.tv_sec;
    return now.tv_sec;
}

clock_t times(struct tms *t)
{
    return __result(__syscall(SYS_times, t));
}

int nanosleep(const struct timespec *duration, struct timespec *left)
{
    return (int)__result(__syscall(SYS_nanosleep, duration, left));
}

unsigned sleep(unsigned seconds)
{
    struct timespec t = { (long)seconds, 0 };

    return nanosleep(&t, &t) == 0 ? 0 : (unsigned)t.tv_sec;
}

int usleep(unsigned microseconds)
{
    struct timespec t = { (long)(microseconds / 1000000), (long)(microseconds % 1000000) * 1000 };

    return nanosleep(&t, NULL);
}

int tcgetattr(int fd, struct termios *t)
{
    return ioctl(fd, TCGETS, t);
}

int tcsetattr(int fd, int when, const struct termios *t)
{
    return ioctl(fd, TCSETS + (unsigned long)when, t);
}

pid_t tcgetpgrp(int fd)
{
    pid_t pgid;

    return ioctl(fd, TIOCGPGRP, &pgid) < 0 ? -1 : pgid;
}

int tcsetpgrp(int fd, pid_t pgid)
{
    return ioctl(fd, TIOCSPGRP, &pgid);
}

void cfmakeraw(struct termios *t)
{
    t->c_iflag &= ~(unsigned)(BRKINT | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
    t->c_oflag &= ~(unsigned)OPOST;
    t->c_lflag &= ~(unsigned)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
    t->c_cc[VMIN] = 1;
    t->c_cc[VTIME] = 0;
}

int isatty(int fd)
{
    struct termios t;

    return tcgetattr(fd, &t) == 0;
}
