/* t_time.c - clocks and sleeping. */
#include "check.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>

/* Milliseconds of a clock, of which only differences are used. */
static long now(clockid_t clock)
{
    struct timespec t;

    return clock_gettime(clock, &t) < 0 ? -1 : t.tv_sec % 100000 * 1000 + t.tv_nsec / 1000000;
}

static bool rises(clockid_t clock)
{
    struct timespec before, t;

    clock_gettime(clock, &before);
    for (int i = 0; i < 10000; i++) {
        if (clock_gettime(clock, &t) < 0 || t.tv_nsec < 0 || t.tv_nsec >= 1000000000 ||
            t.tv_sec < before.tv_sec || (t.tv_sec == before.tv_sec && t.tv_nsec < before.tv_nsec))
            return false;
        before = t;
    }
    return true;
}

static void check_sleep(void)
{
    struct timespec t = { 0, 100000000 }, zero = { 0, 0 }, bad = { 0, 1000000000 }, negative = { -1, 0 };
    long start = now(CLOCK_MONOTONIC);

    CHECK("nanosleep of 100 ms", nanosleep(&t, NULL) == 0);
    long took = now(CLOCK_MONOTONIC) - start;
    CHECK("takes at least that", took >= 100);
    CHECK("and not a second", took < 1000);
    CHECK("nanosleep of nothing", nanosleep(&zero, NULL) == 0);
    CHECK("nanosleep of what is no time",
          FAILS_WITH(EINVAL, nanosleep(&bad, NULL)) && FAILS_WITH(EINVAL, nanosleep(&negative, NULL)));
}

static void check_clocks(void)
{
    struct timespec t;
    struct timeval v;

    CHECK("CLOCK_MONOTONIC never goes back", rises(CLOCK_MONOTONIC));
    CHECK("there is no clock 99", FAILS_WITH(EINVAL, clock_gettime(99, &t)));
    long first = clock_gettime(CLOCK_REALTIME, &t) == 0 ? t.tv_sec : -1;
    CHECK("gettimeofday is CLOCK_REALTIME", gettimeofday(&v, NULL) == 0 && v.tv_usec >= 0 &&
                                                v.tv_usec < 1000000 && v.tv_sec - first >= 0 &&
                                                v.tv_sec - first <= 1);
}

static void check_cpu_time(void)
{
    struct tms before, after;
    struct rusage usage;
    struct timespec t = { 0, 60000000 };

    long cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    nanosleep(&t, NULL);
    CHECK("who sleeps uses no CPU time", now(CLOCK_PROCESS_CPUTIME_ID) - cpu < 50);
    clock_t ticks = times(&before);
    cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    while (now(CLOCK_PROCESS_CPUTIME_ID) - cpu < 200)
        continue;
    CHECK("times: 200 ms are 20 ticks",
          times(&after) - ticks >= 19 &&
              after.tms_utime + after.tms_stime - before.tms_utime - before.tms_stime >= 15);
    CHECK("getrusage has them, too", getrusage(RUSAGE_SELF, &usage) == 0 &&
                                         usage.ru_utime.tv_sec * 1000 + usage.ru_utime.tv_usec / 1000 +
                                                 usage.ru_stime.tv_sec * 1000 +
                                                 usage.ru_stime.tv_usec / 1000 >=
                                             150);
}

/* Two sleepers wake in the order of their times. */
static void check_order(void)
{
    int fds[2];
    char who[2] = "";

    if (pipe(fds) < 0)
        exit(2);
    for (int i = 0; i < 2; i++) {
        if (patient_fork() == 0) {
            struct timespec t = { 0, i == 0 ? 200000000 : 50000000 };
            nanosleep(&t, NULL);
            write(fds[1], i == 0 ? "l" : "s", 1);
            _exit(0);
        }
    }
    CHECK("the shorter sleep ends first",
          read(fds[0], who, 1) == 1 && read(fds[0], who + 1, 1) == 1 && who[0] == 's' && who[1] == 'l');
    while (wait(NULL) > 0)
        continue;
}

int main(void)
{
    check_clocks();
    check_sleep();
    check_order();
    check_cpu_time();
    CHECK("sched_yield", sched_yield() == 0);
    return verdict("t_time");
}
