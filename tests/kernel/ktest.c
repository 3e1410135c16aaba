/* ktest.c - runs the in-kernel tests, each between two balances of pages, objects and processes. */
#include <hal/power.h>
#include <kernel/clock.h>
#include <kernel/config.h>
#include <kernel/console.h>
#include <kernel/failalloc.h>
#include <kernel/ktest.h>
#include <kernel/main.h>
#include <kernel/memory.h>
#include <kernel/page.h>
#include <kernel/path.h>
#include <kernel/sched.h>
#include <kernel/slab.h>
#include <kernel/vm.h>
#include <lib/fmt.h>
#include <lib/string.h>

enum { TRIES = 100 }; /* of what asks for 40 pages and more, a third gets through under failalloc=1/50 */

extern const struct ktest __ktests_start[], __ktests_end[];

static bool failed;

unsigned ktest_tries(void)
{
    return failalloc_wanted() ? TRIES : 1;
}

int ktest_spawn(const char *name, unsigned prio, void (*fn)(void *), void *arg)
{
    return KTEST_CALL(proc_spawn(name, prio, fn, arg));
}

void ktest_fail(const char *fmt, ...)
{
    char text[160];
    va_list ap;
    va_start(ap, fmt);
    fmt_vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    kprintf("# %s\n", text);
    failed = true;
}

static bool selected(const struct ktest *t, const char *pattern)
{
    size_t len = strlen(pattern);
    if (strcmp(pattern, "all") == 0)
        return (t->kind & (KTEST_DIES | KTEST_LONG)) == 0;
    if (len > 0 && pattern[len - 1] == '*')
        return (t->kind & (KTEST_DIES | KTEST_LONG)) == 0 && strncmp(t->name, pattern, len - 1) == 0;
    return strcmp(t->name, pattern) == 0;
}

static void count_one(struct proc *p, void *count)
{
    (void)p;
    ++*(unsigned *)count;
}

/* By walking the table, so that what should not be in it any more is met. */
static unsigned count_processes(void)
{
    unsigned count = 0;
    proc_for_each(count_one, &count);
    return count;
}

/* What must be the same before and after a test. Page tables of the kernel are kept once they are made. */
struct balance {
    size_t pages, objects;
    unsigned processes;
};

static struct balance take_balance(void)
{
    while (memory_reclaim_everywhere())
        continue;
    return (struct balance){ page_stat().free + vm_kernel.tables, cache_objects(), count_processes() };
}

static void compare(const struct balance *before)
{
    struct balance after = take_balance();
    if (after.processes != before->processes || proc_count() != before->processes)
        ktest_fail("%u processes before, %u after", before->processes, after.processes);
    if (after.pages != before->pages)
        ktest_fail("%lu pages free or tables before, %lu after", (unsigned long)before->pages,
                   (unsigned long)after.pages);
    if (!memory_check())
        ktest_fail("the account of all pages is not exact");
    if (after.objects != before->objects) {
        ktest_fail("%lu objects in use before, %lu after", (unsigned long)before->objects,
                   (unsigned long)after.objects);
        cache_print_users(NULL);
    }
}

/* On these CPUs, and so its children. */
static void run_on(uint32_t mask)
{
    KCHECK(proc_set_affinity(current()->pid, mask) == 0);
}

static bool run_one(const struct ktest *t, unsigned number)
{
    failed = false;
    struct balance before = take_balance();
    uint64_t start = hal_timer_now();
    run_on(t->kind & KTEST_ALL_CPUS ? UINT32_MAX : 1);
    t->run();
    run_on(1);
    if (t->kind & KTEST_DIES)
        ktest_fail("this was to end in a panic");
    compare(&before);
    kprintf("%s %u - %s # %llu ns\n", failed ? "not ok" : "ok", number, t->name,
            (unsigned long long)clock_ns_from_ticks(hal_timer_now() - start));
    return !failed;
}

static void run(const char *pattern)
{
    unsigned total = 0, passed = 0;
    for (const struct ktest *t = __ktests_start; t < __ktests_end; t++)
        total += selected(t, pattern);
    if (KTEST_CALL(path_init()) != 0) /* the files' root, which stays */
        kprintf("# no memory for a root\n");
    kprintf("KTAP version 1\n1..%u\n", total);
    unsigned number = 0;
    for (const struct ktest *t = __ktests_start; t < __ktests_end; t++) {
        if (selected(t, pattern))
            passed += run_one(t, ++number);
    }
    memory_report();
    kprintf("DONE %u/%u\n", passed, total);
    hal_power_off(passed == total && total > 0 ? EXIT_STATUS_PASS : EXIT_STATUS_FAIL);
}

BOOT_PROGRAM(test, run);
