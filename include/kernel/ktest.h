/*
 * kernel/ktest.h - tests inside the kernel: in the image triptych-test only.
 *
 * `test=all` runs every one, `test=NAME` one, `test=PREFIX*` some; KTAP lines, then the machine is switched
 * off with EXIT_STATUS_PASS or EXIT_STATUS_FAIL.
 */
#pragma once
#include <stdbool.h>

struct ktest {
    const char *name;
    void      (*run)(void); /* thread; sleeps */
    bool        dies;       /* ends in a panic if it is right: not among `all` */
};

#define KTEST_(id, test_name, fn, is_fatal)                                                                \
    static const struct ktest ktest_##id                                                                   \
        __attribute__((section(".ktests." test_name), used, aligned(sizeof(void *)))) = {                  \
            test_name, fn, is_fatal                                                                        \
        }
#define KTEST(name, fn)       KTEST_(fn, name, fn, false)
#define KTEST_FATAL(name, fn) KTEST_(fn, name, fn, true)

/* The running test fails, with that reason, and goes on. */
void ktest_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#define KCHECK(cond)                                                                                       \
    do {                                                                                                   \
        if (!(cond))                                                                                       \
            ktest_fail("%s:%d: %s", __FILE__, __LINE__, #cond);                                            \
    } while (0)
