/*
 * sys_time.c - the calls about time.
 *
 * No machine here has a clock that goes on without power, so CLOCK_REALTIME counts from the boot too:
 * programs see the first of January 1970.
 */
#include <kernel/clock.h>
#include <kernel/group.h>
#include <kernel/proc.h>
#include <kernel/sched.h>
#include <kernel/sys.h>
#include <kernel/timeout.h>
#include <kernel/uaccess.h>
#include <kernel/user.h>
#include <kernel/user_time.h>
#include <kernel/waitq_hand.h>
#include <lib/ratio.h>
#include <uapi/errno.h>
#include <uapi/resource.h>
#include <uapi/time.h>

enum { TICKS_PER_S = 100 };

int user_time_get(uintptr_t at, bool wide, uint64_t *ns)
{
    struct timespec64 t;
    struct timespec word;
    if (wide) {
        if (copy_from_user(&t, at, sizeof(t)) != 0)
            return -EFAULT;
    } else {
        if (copy_from_user(&word, at, sizeof(word)) != 0)
            return -EFAULT;
        t = (struct timespec64){ word.tv_sec, word.tv_nsec };
    }
    if (t.sec < 0 || t.nsec < 0 || t.nsec >= NS_PER_S)
        return -EINVAL;
    bool fits = (uint64_t)t.sec < UINT64_MAX / NS_PER_S - 1;
    *ns = fits ? (uint64_t)t.sec * NS_PER_S + (uint64_t)t.nsec : UINT64_MAX;
    return 0;
}

struct timespec64 user_time_split(uint64_t ns)
{
    uint32_t rest;
    int64_t seconds = (int64_t)div_u64(ns, NS_PER_S, &rest);
    return (struct timespec64){ seconds, rest };
}

struct timeval user_time_val(uint64_t ns)
{
    struct timespec64 t = user_time_split(ns);
    return (struct timeval){ (long)t.sec, (long)t.nsec / NS_PER_US };
}

int user_time_put(uintptr_t at, bool wide, uint64_t ns)
{
    struct timespec64 t = user_time_split(ns);
    struct timespec word = { (long)t.sec, (long)t.nsec };
    return wide ? copy_to_user(at, &t, sizeof(t)) : copy_to_user(at, &word, sizeof(word));
}

/* CPU time of the whole process, in nanoseconds. */
static uint64_t group_cpu_ns(struct group *g)
{
    struct user *u;
    unsigned long s = spin_lock(&g->lock);
    uint64_t ticks = g->dead_ticks;
    list_for_each_entry(u, &g->threads, member)
        ticks += proc_run_ticks(u->proc);
    spin_unlock(&g->lock, s);
    return clock_ns_from_ticks(ticks);
}

static int read_clock(unsigned long which, uint64_t *ns)
{
    switch (which) {
    case CLOCK_REALTIME:
    case CLOCK_MONOTONIC:
    case CLOCK_BOOTTIME:
        *ns = clock_uptime_ns();
        return 0;
    case CLOCK_PROCESS_CPUTIME_ID:
        *ns = group_cpu_ns(current_user()->group);
        return 0;
    case CLOCK_THREAD_CPUTIME_ID:
        *ns = clock_ns_from_ticks(proc_run_ticks(current()));
        return 0;
    default:
        return -EINVAL;
    }
}

static long clock_gettime(const unsigned long a[6], bool wide)
{
    uint64_t ns;
    int result = read_clock(a[0], &ns);
    return result != 0 ? result : user_time_put(a[1], wide, ns);
}

long sys_clock_gettime(const unsigned long a[6])
{
    return clock_gettime(a, false);
}

long sys_clock_gettime64(const unsigned long a[6])
{
    return clock_gettime(a, true);
}

long sys_clock_getres(const unsigned long a[6])
{
    uint64_t ns;
    int result = read_clock(a[0], &ns);
    return result != 0 || a[1] == 0 ? result : user_time_put(a[1], false, 1);
}

/* rest: where the time that was left is stored after a signal; 0: nowhere. */
static long sleep_for(uint64_t ns, uintptr_t rest, bool wide)
{
    uint64_t until = clock_uptime_ns() + ns, when = clock_in_ns(ns);
    struct timeout alarm;
    sched_prepare();
    waitq_alarm_start(&alarm, when);
    while (hal_timer_now() < when) {
        if (!proc_killed())
            sched_sleep();
        else if (!signal_pass())
            break;
    }
    waitq_alarm_stop(&alarm, when);
    if (hal_timer_now() >= when)
        return 0;
    uint64_t now = clock_uptime_ns();
    if (rest != 0 && user_time_put(rest, wide, until > now ? until - now : 0) != 0)
        return -EFAULT;
    return -EINTR;
}

long sys_nanosleep(const unsigned long a[6])
{
    uint64_t ns;
    int result = user_time_get(a[0], false, &ns);
    return result != 0 ? result : sleep_for(ns, a[1], false);
}

static long clock_nanosleep(const unsigned long a[6], bool wide)
{
    uint64_t ns, now;
    int result = read_clock(a[0], &now);
    if (result == 0)
        result = user_time_get(a[2], wide, &ns);
    if (result != 0)
        return result;
    if (a[1] & TIMER_ABSTIME)
        return ns <= now ? 0 : sleep_for(ns - now, 0, wide);
    return sleep_for(ns, a[3], wide);
}

long sys_clock_nanosleep(const unsigned long a[6])
{
    return clock_nanosleep(a, false);
}

long sys_clock_nanosleep_time64(const unsigned long a[6])
{
    return clock_nanosleep(a, true);
}

long sys_gettimeofday(const unsigned long a[6])
{
    struct timeval t = user_time_val(clock_uptime_ns());
    return a[0] != 0 ? copy_to_user(a[0], &t, sizeof(t)) : 0;
}

long sys_time(const unsigned long a[6])
{
    long t = (long)user_time_split(clock_uptime_ns()).sec;
    return a[0] != 0 && copy_to_user(a[0], &t, sizeof(t)) != 0 ? -EFAULT : t;
}

static long in_ticks(uint64_t ns)
{
    return (long)div_u64(ns, NS_PER_S / TICKS_PER_S, NULL);
}

long sys_times(const unsigned long a[6])
{
    struct group *g = current_user()->group;
    struct tms t = { in_ticks(group_cpu_ns(g)), 0, in_ticks(clock_ns_from_ticks(g->children_ticks)), 0 };
    if (a[0] != 0 && copy_to_user(a[0], &t, sizeof(t)) != 0)
        return -EFAULT;
    return in_ticks(clock_uptime_ns());
}

long sys_getrusage(const unsigned long a[6])
{
    struct group *g = current_user()->group;
    uint64_t ns;
    if ((int)a[0] == RUSAGE_SELF)
        ns = group_cpu_ns(g);
    else if ((int)a[0] == RUSAGE_CHILDREN)
        ns = clock_ns_from_ticks(g->children_ticks);
    else if ((int)a[0] == RUSAGE_THREAD)
        ns = clock_ns_from_ticks(proc_run_ticks(current()));
    else
        return -EINVAL;
    struct rusage r = { .ru_utime = user_time_val(ns) };
    return copy_to_user(a[1], &r, sizeof(r));
}

/* --- alarm() --------------------------------------------------------------------------------------- */

/* In the alarm's interrupt: g lives, since its end cancels the alarm. */
static void ring(void *arg)
{
    struct group *g = arg;
    struct signal_story story = { .code = SI_KERNEL };
    signal_send_group(g, SIGALRM, &story);
}

void group_alarm_init(struct group *g)
{
    mutex_init(&g->alarm_lock, "alarm");
    timeout_init(&g->alarm, ring, g);
    g->alarm_at = 0;
}

void group_alarm_end(struct group *g)
{
    timeout_cancel(&g->alarm);
}

long sys_alarm(const unsigned long a[6])
{
    struct group *g = current_user()->group;
    uint64_t left = 0;
    mutex_lock(&g->alarm_lock);
    uint64_t now = clock_uptime_ns();
    if (timeout_cancel(&g->alarm) && g->alarm_at > now)
        left = div_u64(g->alarm_at - now + NS_PER_S - 1, NS_PER_S, NULL);
    if (a[0] != 0) {
        g->alarm_at = now + (uint64_t)a[0] * NS_PER_S;
        timeout_add(&g->alarm, clock_in_ns((uint64_t)a[0] * NS_PER_S));
    }
    mutex_unlock(&g->alarm_lock);
    return (long)left;
}
