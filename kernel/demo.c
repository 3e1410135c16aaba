/* demo.c - the list of demos. */
#include <kernel/console.h>
#include <kernel/demo.h>
#include <kernel/main.h>
#include <lib/string.h>
#include <lib/util.h>

static const struct {
    const char *name;
    void (*run)(void);
    const char *help;
} demos[] = {
    { "539", demo_539, "four processes preempted, their registers and locals checked" },
    { "balance", demo_balance, "threads that move to other CPUs until all have as many" },
    { "buddy", demo_buddy, "blocks of pages that split and join" },
    { "jikei", demo_jikei, "programs A and B, which yield, sleep, and talk through an endpoint" },
    { "parity", demo_parity, "a scenario, and a log of it that is the same on every port" },
    { "slab", demo_slab, "an object cache, from its first slab to its end" },
    { "sleepers", demo_sleepers, "processes in a wait queue, woken one by one" },
    { "threads", demo_threads, "sleepers and spinners, with times" },
    { "work", demo_work, "each CPU does its own work, in rounds" },
};

void demo_run(const char *name)
{
    for (unsigned i = 0; i < ARRAY_SIZE(demos); i++) {
        if (strcmp(name, demos[i].name) == 0) {
            demos[i].run();
            return;
        }
    }
    kprintf("demos:\n");
    for (unsigned i = 0; i < ARRAY_SIZE(demos); i++)
        kprintf("  %-8s  %s\n", demos[i].name, demos[i].help);
}

BOOT_PROGRAM(demo, demo_run);
