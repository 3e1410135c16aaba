/*
 * demo_539.c - what 539kernel shows: processes A, B, C and D, none of which ever yields, each with a number
 * in a register.
 *
 * Each also keeps values in locals on its own stack, and fills every register it has: whatever the kernel
 * fails to save or mixes up is counted. `seconds=N` on the command line ends the demo with a verdict; without
 * it, it runs for ever.
 */
#include <hal/info.h>
#include <hal/power.h>
#include <hal/regs.h>
#include <kernel/clock.h>
#include <kernel/console.h>
#include <kernel/demo.h>
#include <kernel/main.h>
#include <kernel/memory.h>
#include <kernel/page.h>
#include <lib/cmdline.h>
#include <stdatomic.h>

enum { PROCESSES = 4, FIRST_NUMBER = 5390, SPINS = 20000, PRINT_EVERY_MS = 250, LOCALS = 16 };

static struct {
    atomic_uint lost_registers, lost_locals, holds;
    uint64_t end;
} shared;

static void process(void *arg)
{
    unsigned long number = (unsigned long)(uintptr_t)arg;
    uint64_t next_print = 0;
    volatile unsigned long locals[LOCALS];
    for (unsigned i = 0; i < LOCALS; i++)
        locals[i] = number * (i + 1);

    kprintf("Process %c,", (char)('A' + number - FIRST_NUMBER));
    while (hal_timer_now() < shared.end) {
        if (hal_regs_hold(number, SPINS) != 0)
            atomic_fetch_add_explicit(&shared.lost_registers, 1, memory_order_relaxed);
        for (unsigned i = 0; i < LOCALS; i++) {
            if (locals[i] != number * (i + 1))
                atomic_fetch_add_explicit(&shared.lost_locals, 1, memory_order_relaxed);
        }
        atomic_fetch_add_explicit(&shared.holds, 1, memory_order_relaxed);
        if (hal_timer_now() >= next_print) {
            kprintf(" %s = %lu\n", hal_info.result_reg, number);
            next_print = hal_timer_now() + clock_ticks_from_ms(PRINT_EVERY_MS);
        }
    }
}

void demo_539(void)
{
    unsigned long seconds = 0;
    bool ends = cmdline_get_uint(boot_info()->cmdline, "seconds", &seconds);
    shared.end = ends ? hal_timer_now() + clock_ticks_from_ms(1000) * seconds : UINT64_MAX;
    while (memory_reclaim_everywhere())
        continue;
    struct page_stat before = page_stat();
    unsigned long switches = proc_switches();
    for (unsigned i = 0; i < PROCESSES; i++) {
        char name[] = { 'p', 'r', 'o', 'c', 'e', 's', 's', '-', (char)('A' + i), 0 };
        if (proc_spawn(name, PRIO_NORMAL, process, (void *)(uintptr_t)(FIRST_NUMBER + i)) < 0)
            kprintf("demo 539: no memory for %s\n", name);
    }
    while (proc_wait(-1, NULL) > 0) {
    }
    while (memory_reclaim_everywhere())
        continue;
    unsigned lost = shared.lost_registers + shared.lost_locals;
    long pages = (long)before.free - (long)page_stat().free;
    kprintf("demo 539: %lu s, %lu switches, %u register checks, %u registers lost, %u locals lost, %ld pages "
            "lost: %s\n",
            seconds, proc_switches() - switches, shared.holds, shared.lost_registers, shared.lost_locals,
            pages, lost == 0 && pages == 0 ? "ok" : "FAILED");
    if (cmdline_has(boot_info()->cmdline, "exit"))
        hal_power_off(lost == 0 && pages == 0 ? EXIT_STATUS_PASS : EXIT_STATUS_FAIL);
}
