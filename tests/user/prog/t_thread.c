/* t_thread.c - threads: clone, futex, set_tid_address, the thread register. */
#include "threads.h"

#include <time.h>

enum { ROUNDS = 2000 };

static atomic_int lock;
static int shared; /* under the lock */

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

int main(void)
{
    check_threads();
    check_process();
    check_futex();
    return verdict("t_thread");
}
