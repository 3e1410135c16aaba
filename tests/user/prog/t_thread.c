/* t_thread.c - threads as the kernel has them: clone, futex, set_tid_address, the thread register. */
#include "check.h"

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <uapi/ldt.h>

enum { STACK = 65536, THREADS = 4, ROUNDS = 2000 };

static const unsigned long flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
                                   CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;

struct thread {
    uintptr_t self; /* the thread register leads to here */
    atomic_int tid; /* 0 when it has ended: the kernel writes that */
    int number, seen_tid;
    bool own_tls;
};

static struct thread threads[THREADS];
static atomic_int lock;
static int shared; /* under the lock */

/* --- The thread register, and what clone() takes for it --- */

#ifdef __i386__
static struct user_desc descriptor;

static void *tls_argument(struct thread *t)
{
    static bool chosen;

    if (!chosen) {
        descriptor = (struct user_desc){
            .entry_number = ~0u, .limit = 0xfffff, .seg_32bit = 1, .limit_in_pages = 1, .useable = 1
        };
        __syscall(SYS_set_thread_area, &descriptor);
        chosen = true;
        __asm__ volatile("mov %w0, %%gs" : : "r"(descriptor.entry_number * 8 + 3));
    }
    descriptor.base_addr = (uintptr_t)t;
    return &descriptor;
}

static uintptr_t own_self(void)
{
    uintptr_t self;

    __asm__ volatile("mov %%gs:0, %0" : "=r"(self));
    return self;
}
#else
static void *tls_argument(struct thread *t)
{
    return t;
}

static uintptr_t own_self(void)
{
    uintptr_t *tls;

#ifdef __aarch64__
    __asm__ volatile("mrs %0, tpidr_el0" : "=r"(tls));
#else
    __asm__ volatile("mv %0, tp" : "=r"(tls));
#endif
    return *tls;
}
#endif

/* --- A lock of one word: 0 free, 1 taken, 2 taken and somebody waits --- */

static long futex(atomic_int *word, int operation, int value, const struct timespec *limit)
{
    return __syscall(SYS_futex, word, operation | FUTEX_PRIVATE_FLAG, value, limit, NULL, 0);
}

static void acquire(void)
{
    int free = 0;

    if (atomic_compare_exchange_strong(&lock, &free, 1))
        return;
    while (atomic_exchange(&lock, 2) != 0)
        futex(&lock, FUTEX_WAIT, 2, NULL);
}

static void release(void)
{
    if (atomic_exchange(&lock, 0) == 2)
        futex(&lock, FUTEX_WAKE, 1, NULL);
}

static int work(void *argument)
{
    struct thread *t = argument;

    t->seen_tid = (int)__syscall(SYS_gettid);
    t->own_tls = true;
    for (int i = 0; i < ROUNDS; i++) {
        acquire();
        int before = shared;
        if (i % 100 == 0)
            sched_yield();
        shared = before + 1;
        release();
        t->own_tls &= own_self() == (uintptr_t)t;
    }
    return 0;
}

static void join(struct thread *t)
{
    for (int tid; (tid = atomic_load(&t->tid)) != 0;)
        __syscall(SYS_futex, &t->tid, FUTEX_WAIT, tid, NULL, NULL, 0);
}

static long start(struct thread *t, int (*function)(void *))
{
    char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    t->self = (uintptr_t)t;
    atomic_store(&t->tid, -1);
    return __clone(flags, stack + STACK, (int *)&t->tid, tls_argument(t), (int *)&t->tid, function, t);
}

static void check_threads(void)
{
    long tid[THREADS];
    bool started = true, joined = true, same = true, tls = true;

    for (int i = 0; i < THREADS; i++) {
        tid[i] = start(&threads[i], work);
        started &= tid[i] > 0;
    }
    CHECK("clone starts threads", started);
    for (int i = 0; i < THREADS; i++) {
        join(&threads[i]);
        joined &= atomic_load(&threads[i].tid) == 0;
        same &= threads[i].seen_tid == tid[i] && tid[i] != getpid();
        tls &= threads[i].own_tls;
    }
    CHECK("CLONE_CHILD_CLEARTID wakes who waits for the end", joined);
    CHECK("each has a number of its own", same);
    CHECK("memory is shared, a futex keeps them apart", shared == THREADS * ROUNDS);
    CHECK("the thread register is each one's own", tls);
    CHECK("threads are no children", FAILS_WITH(ECHILD, wait(NULL)));
}

static int say_pid(void *argument)
{
    struct thread *t = argument;

    t->number = (int)__syscall(SYS_getpid);
    return 0;
}

static void check_process(void)
{
    static _Alignas(16) char stack[256];
    struct thread *t = &threads[0];

    start(t, say_pid);
    join(t);
    CHECK("getpid is the same in all threads", t->number == getpid());
    CHECK("set_tid_address tells the number", __syscall(SYS_set_tid_address, &t->tid) == gettid());
    CHECK("flags that do not go together",
          __clone(CLONE_THREAD | SIGCHLD, stack + sizeof(stack), NULL, NULL, NULL, say_pid, NULL) == -EINVAL);
}

static void check_futex(void)
{
    atomic_int word = 5;
    struct timespec t = { 0, 50000000 };

    CHECK("FUTEX_WAIT: the value is another", futex(&word, FUTEX_WAIT, 4, NULL) == -EAGAIN);
    CHECK("FUTEX_WAIT: time is over", futex(&word, FUTEX_WAIT, 5, &t) == -ETIMEDOUT);
    CHECK("FUTEX_WAKE: nobody waits", futex(&word, FUTEX_WAKE, 1, NULL) == 0);
    CHECK("a word that is not aligned",
          __syscall(SYS_futex, (char *)&word + 1, FUTEX_WAIT, 5, NULL, NULL, 0) == -EINVAL);
}

static int channel[2];

static int read_one(void *argument)
{
    struct thread *t = argument;
    char c = 0;

    t->number = read(channel[0], &c, 1) == 1 ? c : -1;
    return 0;
}

static void check_files(void)
{
    struct timespec moment = { 0, 50000000 };

    if (pipe(channel) < 0)
        exit(2);
    start(&threads[0], read_one);
    nanosleep(&moment, NULL);
    CHECK("a file that is closed while another thread reads lives until that is over",
          close(channel[0]) == 0 && write(channel[1], "x", 1) == 1);
    join(&threads[0]);
    CHECK("and it reads what comes", threads[0].number == 'x');
    signal(SIGPIPE, SIG_IGN);
    CHECK("then it is closed", FAILS_WITH(EPIPE, write(channel[1], "x", 1)));
    close(channel[1]);
}

static int end_all(void *argument)
{
    (void)argument;
    __syscall(SYS_exit_group, 21);
    return 0;
}

static void check_end(void)
{
    pid_t pid = patient_fork();

    if (pid == 0) {
        start(&threads[1], end_all);
        for (;;)
            pause();
    }
    CHECK("exit_group ends all threads", reap(pid) == 21);
    pid = patient_fork();
    if (pid == 0) {
        start(&threads[1], say_pid);
        join(&threads[1]);
        __syscall(SYS_exit, 22);
    }
    CHECK("the process ends with its last thread", reap(pid) == 22);
}

/* --- exec by a thread: the process keeps its PID, and has one thread --- */

static const char *self;
static bool leader_ends;

static int begin_again(void *argument)
{
    char number[16], mode[] = "again";
    char *argv[] = { (char *)(uintptr_t)self, mode, number, NULL }, *envp[] = { NULL };
    struct timespec moment = { 0, 50000000 };
    sigset_t mask = 0;
    (void)argument;

    snprintf(number, sizeof(number), "%d", getpid());
    sigaddset(&mask, SIGUSR1);
    sigprocmask(SIG_SETMASK, &mask, NULL);
    __syscall(SYS_tgkill, getpid(), gettid(), SIGUSR1);
    if (leader_ends)
        nanosleep(&moment, NULL);
    execve(self, argv, envp);
    __syscall(SYS_exit_group, 30);
    return 0;
}

static int only_wait(void *argument)
{
    (void)argument;
    while (pause() < 0)
        continue;
    return 0;
}

static int second(char **argv)
{
    sigset_t mask, pending;

    sigprocmask(SIG_BLOCK, NULL, &mask);
    sigpending(&pending);
    if (getpid() != atoi(argv[2]) || gettid() != getpid())
        return 31;
    if (!sigismember(&mask, SIGUSR1) || sigismember(&mask, SIGUSR2))
        return 32;
    return sigismember(&pending, SIGUSR1) ? 33 : 34;
}

static int exec_by_thread(void)
{
    pid_t pid = patient_fork();

    if (pid == 0) {
        start(&threads[0], only_wait);
        start(&threads[1], begin_again);
        if (leader_ends)
            __syscall(SYS_exit, 35);
        only_wait(NULL);
    }
    return reap(pid);
}

static void check_exec(void)
{
    CHECK("exec by a thread keeps the PID, its mask, what is pending", exec_by_thread() == 33);
    leader_ends = true;
    CHECK("also where the first thread has ended", exec_by_thread() == 33);
}

int main(int argc, char **argv)
{
    self = argv[0];
    if (argc > 2)
        return second(argv);
    check_threads();
    check_process();
    check_futex();
    check_files();
    check_end();
    check_exec();
    return verdict("t_thread");
}
