/* threads.h - threads as the kernel has them: how they are started, and waited for. */
#pragma once
#include "check.h"

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <uapi/ldt.h>

enum { STACK = 65536, THREADS = 4 };

static const unsigned long flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
                                   CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;

struct thread {
    uintptr_t self; /* the thread register leads to here */
    atomic_int tid; /* 0 when it has ended: the kernel writes that */
    int number, seen_tid;
    bool own_tls;
};

static struct thread threads[THREADS];
/* --- The thread register, and what clone() takes for it --- */

#ifdef __i386__
static struct user_desc descriptor;

static inline void *tls_argument(struct thread *t)
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

static inline uintptr_t own_self(void)
{
    uintptr_t self;

    __asm__ volatile("mov %%gs:0, %0" : "=r"(self));
    return self;
}
#else
static inline void *tls_argument(struct thread *t)
{
    return t;
}

static inline uintptr_t own_self(void)
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

static inline void join(struct thread *t)
{
    for (int tid; (tid = atomic_load(&t->tid)) != 0;)
        __syscall(SYS_futex, &t->tid, FUTEX_WAIT, tid, NULL, NULL, 0);
}

static inline long start(struct thread *t, int (*function)(void *))
{
    char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    t->self = (uintptr_t)t;
    atomic_store(&t->tid, -1);
    return __clone(flags, stack + STACK, (int *)&t->tid, tls_argument(t), (int *)&t->tid, function, t);
}
