/* t_badptr.c - system calls with pointers that lead nowhere: EFAULT, and the caller goes on. */
#include "check.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <termios.h>
#include <time.h>

enum { PAGE = 4096 };

static int null_fd, zero_fd, folder, fds[2];
static char *read_only;

/* A call that gets the bad pointer as its argument `at`, besides words that are good. */
struct call {
    const char *name;
    long number;
    int at;
    bool writes; /* the kernel writes there, so memory that is only readable is bad, too */
    long arguments[6];
};

static bool fails(const struct call *c, uintptr_t bad)
{
    long a[6];

    memcpy(a, c->arguments, sizeof(a));
    a[c->at] = (long)bad;
    return __syscall(c->number, a[0], a[1], a[2], a[3], a[4], a[5]) == -EFAULT;
}

static void check_call(const struct call *c, const uintptr_t *bad, size_t count)
{
    bool good = true;

    for (size_t i = 0; i < count; i++)
        good &= fails(c, bad[i]);
    if (c->writes)
        good &= fails(c, (uintptr_t)read_only);
    CHECK(c->name, good);
}

int main(void)
{
    char *hole = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    null_fd = open("/dev/null", O_RDWR);
    zero_fd = open("/dev/zero", O_RDWR);
    folder = open(".", O_RDONLY | O_DIRECTORY);
    if (null_fd < 0 || zero_fd < 0 || folder < 0 || pipe(fds) < 0 || hole == MAP_FAILED)
        return 2;
    read_only = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(hole + PAGE, PAGE);
    write(fds[1], "some bytes for those who read", 29);
    /* the first page, a hole, the last page and the last bytes of the address space */
    const uintptr_t bad[] = { 16, (uintptr_t)(hole + PAGE), UINTPTR_MAX - PAGE + 1, UINTPTR_MAX - 15 };
    const long at = AT_FDCWD, set = 8;
    struct timespec moment = { 0, 1 };
    char *one[] = { hole, NULL };
    strcpy(hole, "true");
    const struct call calls[] = {
        { "read", SYS_read, 1, true, { fds[0], 0, 8 } },
        { "read from a device", SYS_read, 1, true, { zero_fd, 0, 8 } },
        { "write", SYS_write, 1, false, { fds[1], 0, 8 } },
        { "readv", SYS_readv, 1, false, { zero_fd, 0, 1 } },
        { "writev", SYS_writev, 1, false, { fds[1], 0, 1 } },
        { "openat", SYS_openat, 1, false, { at, 0, O_RDONLY } },
        { "mkdirat", SYS_mkdirat, 1, false, { at, 0, 0755 } },
        { "unlinkat", SYS_unlinkat, 1, false, { at, 0, 0 } },
        { "renameat2, the old name", SYS_renameat2, 1, false, { at, 0, at, (long)hole, 0 } },
        { "renameat2, the new name", SYS_renameat2, 3, false, { at, (long)hole, at, 0, 0 } },
        { "faccessat", SYS_faccessat, 1, false, { at, 0, 0 } },
        { "chdir", SYS_chdir, 0, false, { 0 } },
        { "getcwd", SYS_getcwd, 0, true, { 0, PAGE } },
        { "fstat", SYS_fstat64 < 0 ? SYS_fstat : SYS_fstat64, 1, true, { null_fd } },
        { "stat, the name",
          SYS_fstatat64 < 0 ? SYS_newfstatat : SYS_fstatat64,
          1,
          false,
          { at, 0, (long)hole } },
        { "stat, the result",
          SYS_fstatat64 < 0 ? SYS_newfstatat : SYS_fstatat64,
          2,
          true,
          { at, (long)"/" } },
        { "getdents64", SYS_getdents64, 1, true, { folder, 0, 256 } },
        { "pipe2", SYS_pipe2, 0, true, { 0, 0 } },
        { "execve, the name", SYS_execve, 0, false, { 0, (long)one, (long)(one + 1) } },
        { "execve, the arguments", SYS_execve, 1, false, { (long)"/bin/sh", 0, (long)(one + 1) } },
        { "wait4, of a child", SYS_wait4, 1, false, { -1, 0, 0, 0 } },
        { "uname", SYS_uname, 0, true, { 0 } },
        { "sysinfo", SYS_sysinfo, 0, true, { 0 } },
        { "times", SYS_times, 0, true, { 0 } },
        { "getrusage", SYS_getrusage, 1, true, { 0, 0 } },
        { "prlimit64, the result", SYS_prlimit64, 3, true, { 0, 3, 0, 0 } },
        { "clock_gettime", SYS_clock_gettime, 1, true, { 0, 0 } },
        { "gettimeofday", SYS_gettimeofday, 0, true, { 0, 0 } },
        { "nanosleep", SYS_nanosleep, 0, false, { 0, 0 } },
        { "getrandom", SYS_getrandom, 0, true, { 0, 16, 0 } },
        { "futex", SYS_futex, 0, false, { 0, 0, 0, (long)&moment } },
        { "rt_sigaction, the new", SYS_rt_sigaction, 1, false, { SIGUSR1, 0, 0, set } },
        { "rt_sigaction, the old", SYS_rt_sigaction, 2, true, { SIGUSR1, 0, 0, set } },
        { "rt_sigprocmask, the new", SYS_rt_sigprocmask, 1, false, { SIG_BLOCK, 0, 0, set } },
        { "rt_sigprocmask, the old", SYS_rt_sigprocmask, 2, true, { SIG_BLOCK, 0, 0, set } },
        { "rt_sigpending", SYS_rt_sigpending, 0, true, { 0, set } },
        { "rt_sigsuspend", SYS_rt_sigsuspend, 0, false, { 0, set } },
        { "sigaltstack", SYS_sigaltstack, 0, false, { 0, 0 } },
        { "ppoll", SYS_ppoll, 0, false, { 0, 1, (long)&moment, 0, 8 } },
    };
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        if (calls[i].number == SYS_wait4 && patient_fork() == 0)
            _exit(0);
        check_call(&calls[i], bad, calls[i].number == SYS_wait4 ? 1 : sizeof(bad) / sizeof(bad[0]));
    }
    /* Half of it good: what lies before the hole is moved, or nothing is. */
    ssize_t n = read(zero_fd, hole + PAGE - 4, 8);
    CHECK("read into the last bytes before a hole", n == 4 || (n == -1 && errno == EFAULT));
    strcpy(hole + PAGE - 5, "abcd");
    hole[PAGE - 1] = 'x';
    CHECK("a name without its end", FAILS_WITH(EFAULT, open(hole + PAGE - 5, O_RDONLY)));
    CHECK("a name that ends with the page",
          (hole[PAGE - 1] = '\0', FAILS_WITH(ENOENT, open(hole + PAGE - 5, 0))));
    CHECK("a length beyond the address space",
          FAILS_WITH(EFAULT, write(fds[1], (char *)(UINTPTR_MAX - 15), 64)));
    return verdict("t_badptr");
}
