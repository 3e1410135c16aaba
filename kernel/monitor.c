/* monitor.c - the kernel monitor: a table of commands. */
#include <hal/info.h>
#include <hal/power.h>
#include <kernel/clock.h>
#include <kernel/console.h>
#include <kernel/demo.h>
#include <kernel/irq.h>
#include <kernel/line.h>
#include <kernel/memory.h>
#include <kernel/monitor.h>
#include <kernel/printk.h>
#include <lib/string.h>
#include <lib/util.h>

static void cmd_irq(const char *arg)
{
    (void)arg;
    kprintf(" LINE       COUNT  HANDLER\n");
    for (int i = 0; i < MAX_IRQS; i++) {
        struct irq_stat st = irq_stat(i);
        if (st.name != NULL || st.count > 0)
            kprintf("%5d  %10lu  %s\n", i, st.count, st.name != NULL ? st.name : "(nobody)");
    }
}

static void cmd_sleep(const char *arg)
{
    unsigned ms = 0;
    for (const char *digit = arg; *digit != 0; digit++) {
        if (*digit < '0' || *digit > '9' || ms > UINT32_MAX / 10 - 1) {
            ms = 0;
            break;
        }
        ms = ms * 10 + (unsigned)(*digit - '0');
    }
    if (ms == 0)
        kprintf("usage: sleep MS, a number of milliseconds above 0\n");
    else
        sleep_ms(ms);
}

static void cmd_demo(const char *arg)
{
    demo_run(arg);
}

static void cmd_dmesg(const char *arg)
{
    (void)arg;
    printk_dump();
}

static void cmd_panic(const char *arg)
{
    panic("asked for by the monitor%s%s", arg[0] != 0 ? ": " : "", arg);
}

static void cmd_poweroff(const char *arg)
{
    (void)arg;
    memory_report();
    hal_power_off(EXIT_STATUS_OK);
}

static void cmd_reboot(const char *arg)
{
    (void)arg;
    hal_reboot();
}

/* It is told by what it is: see run(). */
static void cmd_exit(const char *arg)
{
    (void)arg;
}

static void cmd_help(const char *arg);

static const struct {
    const char *name, *args, *help;
    void (*run)(const char *arg);
} commands[] = {
    { "help", "", "this list", cmd_help },
    { "ps", "[-t]", "processes; -t: as a family tree", monitor_ps },
    { "taskset", "PID [MASK]", "the CPUs on which a process may run, a bit each", monitor_taskset },
    { "nice", "PID N", "how much a process gives way, -20 to 19", monitor_nice },
    { "kill", "PID", "ask a process to end", monitor_kill },
    { "uptime", "", "time since boot", monitor_uptime },
    { "cpus", "", "the CPUs: what runs there, how much they have to do", monitor_cpus },
    { "irq", "", "interrupt lines and their counts", cmd_irq },
    { "mem", "", "memory by owner", monitor_mem },
    { "buddyinfo", "", "free blocks of pages", monitor_buddyinfo },
    { "slabinfo", "[CACHE]", "object caches; DEBUG: who took the objects of one", monitor_slabinfo },
    { "vmmap", "", "what the kernel has mapped, where and how", monitor_vmmap },
    { "dmesg", "", "the kernel's messages once more", cmd_dmesg },
    { "sleep", "MS", "sleep that many milliseconds", cmd_sleep },
    { "demo", "[NAME]", "run a demo, or list them", cmd_demo },
    { "trace", "[WHAT]", "the event log: on [RECORDS], off, dump, clear", monitor_trace },
    { "exit", "", "back to the programs, if there are any", cmd_exit },
    { "panic", "[WHY]", "stop with a backtrace", cmd_panic },
    { "poweroff", "", "switch the machine off", cmd_poweroff },
    { "reboot", "", "start again", cmd_reboot },
};

static void cmd_help(const char *arg)
{
    (void)arg;
    for (unsigned i = 0; i < ARRAY_SIZE(commands); i++)
        kprintf("  %-9s %-10s %s\n", commands[i].name, commands[i].args, commands[i].help);
}

/* True: the command was `exit`. */
static bool run(char *line)
{
    while (*line == ' ')
        line++;
    size_t len = strlen(line);
    while (len > 0 && line[len - 1] == ' ')
        line[--len] = 0;
    if (len == 0)
        return false;
    char *arg = strchr(line, ' ');
    if (arg != NULL) {
        *arg++ = 0;
        while (*arg == ' ')
            arg++;
    }
    for (unsigned i = 0; i < ARRAY_SIZE(commands); i++) {
        if (strcmp(line, commands[i].name) == 0) {
            commands[i].run(arg != NULL ? arg : "");
            return commands[i].run == cmd_exit;
        }
    }
    kprintf("%s: no such command; these are:\n", line);
    cmd_help("");
    return false;
}

void monitor_run(bool may_leave)
{
    char line[100];
    console_claim();
    kprintf("Type help for the commands, %s to leave.\n", may_leave ? "exit" : "poweroff");
    do {
        line_read("triptych> ", line, sizeof(line));
    } while (!run(line) || !may_leave);
    console_release();
}
