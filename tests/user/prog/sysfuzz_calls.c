/* sysfuzz_calls.c - the calls of sysfuzz: which, and by whom. */
#include "sysfuzz.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <uapi/resource.h>
#include <uapi/system.h>
#include <unistd.h>

/* Each call with the kinds of its arguments, which sysfuzz.h tells; a call that is not here has none. */
static const char typed[] =
    "exit:c exit_group:c execve:qkk waitpid:ibc wait4:ibcb waitid:cibcb getpgid:i setpgid:ii getsid:i "
    "prctl:Xbccc prlimit64:zLbb getrlimit:cb setrlimit:Lb ugetrlimit:cb getrusage:cb times:b sysinfo:b "
    "uname:b umask:m getrandom:bsc sched_setaffinity:isb sched_getaffinity:isb getpriority:ci "
    "setpriority:Zic getcpu:bbb set_tid_address:b set_robust_list:bs futex:wCctwn futex_time64:wCctwn "
    "set_thread_area:b kill:ig tkill:ig tgkill:iig rt_sigaction:gAbe rt_sigprocmask:cSbe "
    "rt_sigpending:be rt_sigtimedwait:Sbte rt_sigsuspend:Se sigaltstack:bb alarm:c nanosleep:tb "
    "clock_gettime:cb clock_getres:cb clock_nanosleep:cctb clock_gettime64:cb "
    "clock_nanosleep_time64:cctb gettimeofday:bb time:b brk:B mmap:alRMfn old_mmap:b mmap2:alRMfc "
    "munmap:al mprotect:alR mremap:allca madvise:alD open:Pom openat:fPom creat:pm close:f read:fbs "
    "write:fbs readv:fvc writev:fvc pread64:fbscc pwrite64:fbsNz sendfile:ffbs sendfile64:ffbs "
    "lseek:fnc _llseek:fcnbc dup:f dup2:ff dup3:ffo pipe:b pipe2:bo fcntl:fcn fcntl64:fcn ioctl:fIb "
    "fstat:fb fstat64:fb ftruncate:fN ftruncate64:fNz fsync:f fchmod:fm getdents64:fbs poll:bct "
    "ppoll:bctSe ppoll_time64:bctSe newfstatat:frbF fstatat64:frbF stat64:rb lstat64:rb statx:frFnb "
    "access:rc faccessat:frc faccessat2:frcF readlink:rbs readlinkat:frbs mkdir:pm mkdirat:fpm rmdir:p "
    "unlink:p unlinkat:fpF rename:pp renameat:fpfp renameat2:fpfpc link:pp linkat:fpfpF symlink:yp "
    "symlinkat:yfp chmod:pm fchmodat:fpm truncate:pN truncate64:pNz utimensat:fptF "
    "utimensat_time64:fptF chdir:r fchdir:f getcwd:bs ";

/* Never made, or by the functions below. */
static const char *const skipped[] = { "reboot", "fork", "vfork", "clone" };
static const char *const rare[] = { "exit",   "exit_group", "execve",    "pause",        "rt_sigsuspend",
                                    "setsid", "close",      "sigreturn", "rt_sigreturn", "rt_sigtimedwait" };

#define CALL(name, generic, i386, args) { #name, SYS_##name, NULL, 1 },
static struct {
    const char *name;
    long number;
    const char *kinds;
    unsigned one_in; /* so often it is made when it is chosen; 0: never */
} calls[] = { SYSCALL_LIST(CALL) };

enum {
    NCALLS = sizeof(calls) / sizeof(calls[0]),
    PAGE = 4096,
    THREADS = 6,
    STACK = 16384,
    DEPTH_MOST = 3,
    RARELY = 40
};

atomic_uint *fuzz_progress;
static atomic_uint *progress, nowhere, threads;
static unsigned depth;
static struct mind minds[THREADS + 1];
static _Alignas(16) char stacks[THREADS][STACK];

/* Files that are not ours are read only. */
static void make_call(struct mind *m)
{
    unsigned i = fuzz_below(m, NCALLS);
    long a[6];

    if (calls[i].number < 0 || calls[i].one_in == 0 || fuzz_below(m, calls[i].one_in) != 0)
        return;
    for (unsigned k = 0; k < 6; k++) {
        char kind = k < strcspn(calls[i].kinds, " ") ? calls[i].kinds[k] : 'n';
        a[k] = fuzz_argument(m, kind, k);
        if (kind == 'o' && k > 0 && calls[i].kinds[k - 1] == 'P' &&
            strstr((char *)m->path[(k - 1) % 4], "fz") == NULL)
            a[k] &= ~(O_WRONLY | O_RDWR | O_CREAT | O_TRUNC);
    }
    __syscall(calls[i].number, a[0], a[1], a[2], a[3], a[4], a[5]);
    atomic_fetch_add(progress, 1);
}

static void go_on(struct mind *m, unsigned n);

static int thread_or_child(void *arg)
{
    go_on(arg, 30 + fuzz_below(arg, 100));
    return 0;
}

/* Threads, children with another memory or the same: on a stack of their own, which nobody has afterwards. */
static void start_another(struct mind *m)
{
    static const unsigned long flags[] = {
        CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD,
        CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_CHILD_CLEARTID,
        CLONE_VM | CLONE_VFORK | SIGCHLD,
        CLONE_VM | SIGCHLD,
        CLONE_FILES | SIGCHLD,
        CLONE_FS | CLONE_VM,
    };
    unsigned slot = atomic_fetch_add(&threads, 1);

    if (slot >= THREADS)
        return;
    struct mind *new = &minds[slot + 1];
    new->state = fuzz_any(m) | 1;
    unsigned long f = flags[fuzz_below(m, sizeof(flags) / sizeof(flags[0]))];
    f |= fuzz_below(m, 4) == 0 ? CLONE_SETTLS : 0;
    f |= fuzz_below(m, 3) == 0 ? CLONE_PARENT_SETTID : 0;
    f |= fuzz_below(m, 3) == 0 ? CLONE_CHILD_SETTID : 0;
    long pid = __clone(f, stacks[slot] + STACK, (int *)fuzz_address(m), (void *)fuzz_address(m),
                       (int *)fuzz_address(m), thread_or_child, new);
    fuzz_last_child = pid > 1 ? (pid_t)pid : 0;
}

static void have_child(struct mind *m)
{
    unsigned long flags =
        fuzz_below(m, 4) == 0 ? (unsigned long)fuzz_any_number(m) & ~(unsigned long)CLONE_VM : SIGCHLD;

    if (depth >= DEPTH_MOST)
        return;
    long pid = __syscall(SYS_clone, flags, 0, fuzz_address(m), fuzz_address(m), fuzz_address(m));
    if (pid == 0) {
        depth++;
        go_on(m, 20 + fuzz_below(m, 60));
        _exit(0);
    }
    fuzz_last_child = pid > 1 ? (pid_t)pid : 0;
}

static void go_on(struct mind *m, unsigned n)
{
    while (n-- > 0) {
        unsigned what = fuzz_below(m, 200);
        if (what == 0)
            have_child(m);
        else if (what == 1)
            start_another(m);
        else
            make_call(m);
    }
}

/* Its letters, which a space ends. */
static const char *kinds_of(const char *name)
{
    size_t n = strlen(name);

    for (const char *word = typed; *word != 0; word += strcspn(word, " ") + 1) {
        if (strncmp(word, name, n) == 0 && word[n] == ':')
            return word + n + 1;
    }
    return "";
}

static unsigned rarity(const char *name)
{
    for (size_t i = 0; i < sizeof(skipped) / sizeof(skipped[0]); i++) {
        if (strcmp(name, skipped[i]) == 0)
            return 0;
    }
    for (size_t i = 0; i < sizeof(rare) / sizeof(rare[0]); i++) {
        if (strcmp(name, rare[i]) == 0)
            return RARELY;
    }
    return 1;
}

void fuzz_learn(void)
{
    for (int i = 0; i < NCALLS; i++) {
        calls[i].one_in = rarity(calls[i].name);
        calls[i].kinds = kinds_of(calls[i].name);
    }
}

void fuzz_begin(unsigned seed, atomic_uint *own)
{
    struct rlimit limit = { 32 << 20, 32 << 20 };
    struct sigaction a = { .sa_handler = fuzz_nothing };

    progress = own != NULL ? own : &nowhere;
    if (own != NULL) {
        setsid();
        chdir(FUZZ_PLACE);
        int null = open("/dev/null", O_RDWR);
        for (int fd = 0; fd < 3; fd++)
            dup2(null, fd);
        for (int fd = 3; fd < 16; fd++)
            close(fd);
    }
    __syscall(SYS_prlimit64, 0, RLIMIT_AS, &limit, NULL);
    for (int signo = 1; signo < 32; signo++) {
        if (signo != SIGSEGV && signo != SIGBUS && signo != SIGILL && signo != SIGCHLD)
            sigaction(signo, &a, NULL);
    }
    fuzz_arena = mmap((void *)0x30000000, FUZZ_ARENA_PAGES * PAGE, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    struct mind filler = { .state = seed * 2 + 1 };
    for (uint32_t *w = (uint32_t *)fuzz_arena; w < (uint32_t *)(fuzz_arena + FUZZ_ARENA_PAGES * PAGE);
         w += 16)
        *w = fuzz_any(&filler);
}

void fuzz_calls(unsigned seed, unsigned n)
{
    minds[0].state = seed * 0x9e3779b9u | 1;
    for (int i = 0; i < 8; i++)
        fuzz_any(&minds[0]);
    go_on(&minds[0], n);
}
