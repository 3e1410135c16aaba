/* sys_system.c - the calls about the machine as a whole, and about limits. */
#include <hal/info.h>
#include <hal/power.h>
#include <kernel/aspace.h>
#include <kernel/clock.h>
#include <kernel/config.h>
#include <kernel/files.h>
#include <kernel/group.h>
#include <kernel/main.h>
#include <kernel/memory.h>
#include <kernel/page.h>
#include <kernel/proc_table.h>
#include <kernel/random.h>
#include <kernel/sys.h>
#include <kernel/uaccess.h>
#include <kernel/user.h>
#include <kernel/user_time.h>
#include <lib/string.h>
#include <lib/util.h>
#include <uapi/errno.h>
#include <uapi/resource.h>
#include <uapi/system.h>

enum { RANDOM_PART = 64 };

long sys_uname(const unsigned long a[6])
{
    struct utsname name;
    memset(&name, 0, sizeof(name));
    strlcpy(name.sysname, "Triptych", sizeof(name.sysname));
    strlcpy(name.nodename, hal_info.board, sizeof(name.nodename));
    strlcpy(name.release, TRIPTYCH_VERSION, sizeof(name.release));
    strlcpy(name.version, "#1", sizeof(name.version));
    strlcpy(name.machine, hal_info.platform, sizeof(name.machine));
    strlcpy(name.domainname, "(none)", sizeof(name.domainname));
    return copy_to_user(a[0], &name, sizeof(name));
}

long sys_sysinfo(const unsigned long a[6])
{
    struct page_stat pages = page_stat();
    struct sysinfo info;
    memset(&info, 0, sizeof(info));
    info.uptime = (long)user_time_split(clock_uptime_ns()).sec;
    info.totalram = pages.total;
    info.freeram = pages.free;
    info.procs = (unsigned short)min_size(proc_count(), UINT16_MAX);
    info.mem_unit = PAGE_SIZE;
    return copy_to_user(a[0], &info, sizeof(info));
}

long sys_getrandom(const unsigned long a[6])
{
    unsigned char part[RANDOM_PART];
    size_t n = min_size(a[1], INT32_MAX);
    if (a[2] & ~(unsigned long)(GRND_NONBLOCK | GRND_RANDOM))
        return -EINVAL;
    for (size_t done = 0; done < n; done += sizeof(part)) {
        random_bytes(part, sizeof(part));
        if (copy_to_user(a[0] + done, part, min_size(n - done, sizeof(part))) != 0)
            return done > 0 ? (long)done : -EFAULT;
        if (done > 0 && proc_killed())
            return (long)(done + min_size(n - done, sizeof(part)));
    }
    return (long)n;
}

long sys_reboot(const unsigned long a[6])
{
    if ((uint32_t)a[0] != LINUX_REBOOT_MAGIC1 || (uint32_t)a[1] != LINUX_REBOOT_MAGIC2)
        return -EINVAL;
    switch ((uint32_t)a[2]) {
    case LINUX_REBOOT_CMD_POWER_OFF:
        if (current_user()->group->pid == 1)
            memory_report(); /* nobody else is left */
        hal_power_off(EXIT_STATUS_OK);
    case LINUX_REBOOT_CMD_RESTART:
        hal_reboot();
    case LINUX_REBOOT_CMD_HALT:
        hal_halt();
    default:
        return -EINVAL;
    }
}

long sys_prctl(const unsigned long a[6])
{
    char name[PROC_NAME_SIZE] = { 0 };
    if (a[0] == PR_GET_NAME)
        return copy_to_user(a[1], current_user()->name, sizeof(name));
    if (a[0] != PR_SET_NAME)
        return -EINVAL;
    long len = copy_string_from_user(name, a[1], sizeof(name));
    if (len < 0 && len != -ENAMETOOLONG)
        return len;
    name[sizeof(name) - 1] = 0; /* a longer one is cut off */
    user_set_name(current_user(), name);
    return 0;
}

/* --- Limits ------------------------------------------------------------------------------------------- */

/*
 * Those of memory the address space keeps itself. Everybody is root, who may raise what is the most, too, but
 * not over what the kernel itself bounds: the size of a table of descriptors.
 */
static int set_limit(struct group *g, unsigned which, const struct rlimit *new)
{
    if (new->rlim_cur > new->rlim_max)
        return -EINVAL;
    if (which == RLIMIT_NOFILE && new->rlim_max > FILES_MOST)
        return -EPERM;
    if (which == RLIMIT_STACK)
        aspace_set_stack_limit(current_user()->as, (size_t)min_u64(new->rlim_cur, SIZE_MAX));
    if (which == RLIMIT_AS)
        aspace_set_limit(current_user()->as, (size_t)min_u64(new->rlim_cur / PAGE_SIZE, SIZE_MAX));
    unsigned long s = spin_lock(&g->lock);
    g->limit[which] = *new;
    spin_unlock(&g->lock, s);
    return 0;
}

static struct rlimit get_limit(struct group *g, unsigned which)
{
    unsigned long s = spin_lock(&g->lock);
    struct rlimit limit = g->limit[which];
    spin_unlock(&g->lock, s);
    return limit;
}

/* The caller's own only. */
long sys_prlimit64(const unsigned long a[6])
{
    struct group *g = current_user()->group;
    struct rlimit new;
    if ((int)a[0] != 0 && (int)a[0] != g->pid)
        return -EPERM;
    if (a[1] >= RLIM_NLIMITS)
        return -EINVAL;
    struct rlimit old = get_limit(g, (unsigned)a[1]);
    if (a[2] != 0) {
        if (copy_from_user(&new, a[2], sizeof(new)) != 0)
            return -EFAULT;
        int result = set_limit(g, (unsigned)a[1], &new);
        if (result != 0)
            return result;
    }
    return a[3] != 0 ? copy_to_user(a[3], &old, sizeof(old)) : 0;
}

/* The old form has words; what does not fit is the largest. */
struct word_limit {
    unsigned long cur, max;
};

static unsigned long as_word(uint64_t n)
{
    return n > UINTPTR_MAX ? UINTPTR_MAX : (unsigned long)n;
}

static uint64_t from_word(unsigned long n)
{
    return n == UINTPTR_MAX ? RLIM_INFINITY : n;
}

long sys_getrlimit(const unsigned long a[6])
{
    if (a[0] >= RLIM_NLIMITS)
        return -EINVAL;
    struct rlimit limit = get_limit(current_user()->group, (unsigned)a[0]);
    struct word_limit word = { as_word(limit.rlim_cur), as_word(limit.rlim_max) };
    return copy_to_user(a[1], &word, sizeof(word));
}

long sys_ugetrlimit(const unsigned long a[6])
{
    return sys_getrlimit(a);
}

long sys_setrlimit(const unsigned long a[6])
{
    struct word_limit word;
    if (a[0] >= RLIM_NLIMITS)
        return -EINVAL;
    if (copy_from_user(&word, a[1], sizeof(word)) != 0)
        return -EFAULT;
    struct rlimit limit = { from_word(word.cur), from_word(word.max) };
    return set_limit(current_user()->group, (unsigned)a[0], &limit);
}
