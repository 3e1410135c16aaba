/*
 * kernel/ktest.h - tests inside the kernel: in the image triptych-test only.
 *
 * `test=all` runs all but the slow, `test=NAME` one, `test=PREFIX*` some; KTAP lines, then the machine is
 * switched off with EXIT_STATUS_PASS or EXIT_STATUS_FAIL.
 */
#pragma once
#include <stdbool.h>
#include <uapi/errno.h>

/* Bits. */
enum ktest_kind {
    KTEST_NORMAL = 0,
    KTEST_DIES = 1,     /* ends in a panic if it is right: only by its name */
    KTEST_LONG = 2,     /* takes its time: only by its name */
    KTEST_ALL_CPUS = 4, /* on all CPUs, with its children; others stay on CPU 0, where order is certain */
};

struct ktest {
    const char *name;
    void      (*run)(void); /* thread; sleeps */
    unsigned    kind;
};

#define KTEST_(id, test_name, fn, test_kind)                                                             \
    static const struct ktest ktest_##id                                                                 \
        __attribute__((section(".ktests." test_name), used, aligned(sizeof(void *)))) = { test_name, fn, \
                                                                                          test_kind }
#define KTEST(name, fn)       KTEST_(fn, name, fn, KTEST_NORMAL)
#define KTEST_FATAL(name, fn) KTEST_(fn, name, fn, KTEST_DIES)
#define KTEST_SLOW(name, fn)  KTEST_(fn, name, fn, KTEST_LONG)
#define KTEST_SMP(name, fn)   KTEST_(fn, name, fn, KTEST_ALL_CPUS)
#define KTEST_STRESS(name, fn) KTEST_(fn, name, fn, KTEST_ALL_CPUS | KTEST_LONG)

/* The running test fails, with that reason, and goes on. */
void ktest_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#define KCHECK(cond)                                            \
    do {                                                        \
        if (!(cond))                                            \
            ktest_fail("%s:%d: %s", __FILE__, __LINE__, #cond); \
    } while (0)

/*
 * Under failalloc= what a test needs is asked for again when it fails: these give up, with NULL or -ENOMEM,
 * only where there really is no memory. Without failalloc= they ask once.
 */
unsigned ktest_tries(void);

#define KTEST_ALLOC(expr)                                                           \
    ({                                                                              \
        void *got_ = NULL;                                                          \
        for (unsigned tries_ = ktest_tries(); tries_ > 0 && got_ == NULL; tries_--) \
            got_ = (expr);                                                          \
        got_;                                                                       \
    })
#define KTEST_CALL(expr)                                                               \
    ({                                                                                 \
        int did_ = -ENOMEM;                                                            \
        for (unsigned tries_ = ktest_tries(); tries_ > 0 && did_ == -ENOMEM; tries_--) \
            did_ = (expr);                                                             \
        did_;                                                                          \
    })

/* Thread. proc_spawn(), as KTEST_CALL() calls it. */
int ktest_spawn(const char *name, unsigned prio, void (*fn)(void *), void *arg);
