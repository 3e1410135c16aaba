/* uapi/system.h - the machine as a whole: uname, sysinfo, reboot, random numbers, iovec, prctl. */
#pragma once
#include <stddef.h>

struct utsname {
    char sysname[65], nodename[65], release[65], version[65], machine[65], domainname[65];
};

struct sysinfo {
    long uptime;                             /* seconds */
    unsigned long loads[3];                  /* 16 bits behind the point */
    unsigned long totalram, freeram, sharedram, bufferram, totalswap, freeswap; /* in units of mem_unit */
    unsigned short procs, pad;
    unsigned long totalhigh, freehigh;
    unsigned int mem_unit;
    char fill[sizeof(long) == 4 ? 8 : 1];    /* Linux: 20 - 2 * sizeof(long) - sizeof(int), or none */
};

struct iovec {                               /* readv, writev */
    void *iov_base;
    size_t iov_len;
};

#define LINUX_REBOOT_MAGIC1        0xfee1dead
#define LINUX_REBOOT_MAGIC2        672274793
#define LINUX_REBOOT_CMD_RESTART   0x01234567
#define LINUX_REBOOT_CMD_HALT      0xcdef0123
#define LINUX_REBOOT_CMD_POWER_OFF 0x4321fedc

#define GRND_NONBLOCK 1
#define GRND_RANDOM   2

#define PR_SET_NAME 15
#define PR_GET_NAME 16
