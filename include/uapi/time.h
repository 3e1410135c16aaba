/* uapi/time.h - times as system calls take them: two machine words. */
#pragma once

struct timespec {
    long tv_sec;
    long tv_nsec;
};

struct timeval {
    long tv_sec;
    long tv_usec;
};

struct tms {                                 /* in clock ticks, of which there are 100 in a second */
    long tms_utime, tms_stime, tms_cutime, tms_cstime;
};

#define CLOCK_REALTIME           0
#define CLOCK_MONOTONIC          1
#define CLOCK_PROCESS_CPUTIME_ID 2
#define CLOCK_THREAD_CPUTIME_ID  3
#define CLOCK_BOOTTIME           7
#define TIMER_ABSTIME            1
