/* host.h - the host port, the one that has no machine: what a test can ask of it and see in it.
 *
 * The sources of the kernel are compiled for it unchanged. What they call of the HAL is written down here;
 * panic() is a failed assertion of cmocka, so that a test can expect it.
 */
#pragma once
#include <kernel/sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HOST_TICKS_PER_MS = 1000 };

/* What the kernel did. */
extern bool     host_cpus_run;            /* somebody has become a CPU */
extern uint64_t host_alarm;               /* last hal_timer_arm() */
extern char     host_panic[256];          /* the message of the last panic() */
extern char     host_log[4096];           /* what printk() wrote since the test emptied it */
/* Called by the functions of these names, of the HAL and of smp.c, unless NULL. */
extern void   (*host_pt_kernel)(uintptr_t root_pa);
extern void   (*host_tlb_flush)(uintptr_t va);
extern void   (*host_tlb_flush_all)(void);
extern void   (*host_code_sync)(const void *va, size_t size);
extern void   (*host_smp_flush)(void);
extern void   (*host_timer_arm)(uint64_t when);

/* Physical memory of size bytes, all zero: at hal_p2v(0). A second call begins anew. */
void host_ram(size_t size);

/* This thread is CPU `index` from here on, and runs the idle process of that. Returns it. */
struct cpu *host_become_cpu(unsigned index);

/* Statement of a test: it has to panic, with a message that contains these words. */
#define expect_panic(statement, words) \
    do { \
        host_panic[0] = 0; \
        expect_assert_failure(statement); \
        if (strstr(host_panic, words) == NULL) \
            fail_msg("panic: '%s', not '%s'", host_panic, words); \
    } while (0)

/*
 * Calls fn(arg) in a process of its own, since many a source of the kernel can be initialised only once. The
 * test fails unless that process ends soon and well; or, if words are given, in a panic whose message
 * contains them, '*' standing for anything. In it, host_check() takes the place of cmocka's assertions.
 */
void host_in_child(void (*fn)(void *arg), void *arg, const char *words);

#define host_check(cond) \
    do { \
        if (!(cond)) \
            host_check_failed(#cond, __FILE__, __LINE__); \
    } while (0)
_Noreturn void host_check_failed(const char *cond, const char *file, int line);
