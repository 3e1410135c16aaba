/*
 * main.c - the order of things: from the port's door to the first processes.
 */
#include <hal/info.h>
#include <hal/power.h>
#include <kernel/clock.h>
#include <kernel/console.h>
#include <kernel/dev.h>
#include <kernel/entry.h>
#include <kernel/failalloc.h>
#include <kernel/initrd.h>
#include <kernel/irq.h>
#include <kernel/kassert.h>
#include <kernel/kmalloc.h>
#include <kernel/main.h>
#include <kernel/monitor.h>
#include <kernel/page.h>
#include <kernel/panic.h>
#include <kernel/path.h>
#include <kernel/pid.h>
#include <kernel/procfs.h>
#include <kernel/sched.h>
#include <kernel/smp.h>
#include <kernel/trace.h>
#include <kernel/tty.h>
#include <kernel/user.h>
#include <kernel/user_life.h>
#include <kernel/vm.h>
#include <kernel/workq.h>
#include <lib/cmdline.h>
#include <lib/range.h>
#include <lib/util.h>
#include <uapi/errno.h>

enum { QUANTUM_DEFAULT_MS = 10, QUANTUM_MOST_MS = 10000, MIB = 1 << 20, ATTEMPTS = 100, PAUSE_MS = 5 };

extern const struct boot_program __boot_programs_start[], __boot_programs_end[];

static struct boot_info boot; /* written once */
static uint64_t banner_ns, map_ns;

const struct boot_info *boot_info(void)
{
    return &boot;
}

uint64_t boot_banner_ns(void)
{
    return banner_ns;
}

uint64_t boot_map_ns(void)
{
    return map_ns;
}

static void print_banner(void)
{
    banner_ns = clock_uptime_ns();
    printk("Triptych " TRIPTYCH_VERSION " on %s/%s: %s, %u CPU%s, %u MiB of RAM\n", hal_info.arch,
           hal_info.board, boot.machine, boot.ncpus, boot.ncpus == 1 ? "" : "s",
           (unsigned)((boot.ram_found + MIB / 2) / MIB));
    printk("command line: %s\n", boot.cmdline[0] != 0 ? boot.cmdline : "(none)");
    if (!hal_info.nx)
        printk(KERN_WARN "this CPU cannot forbid execution: W^X is not enforced for data\n");
}

static unsigned option_uint(const char *key, unsigned value, unsigned least, unsigned most)
{
    unsigned long v;
    char text[24];
    if (!cmdline_get(boot.cmdline, key, text, sizeof(text)))
        return value;
    if (cmdline_get_uint(boot.cmdline, key, &v) && v >= least && v <= most)
        return (unsigned)v;
    printk(KERN_WARN "%s=%s is not a number from %u to %u: using %u\n", key, text, least, most, value);
    return value;
}

static uint64_t option_mem(void)
{
    uint64_t limit = UINT64_MAX;
    char text[24];
    if (!cmdline_get(boot.cmdline, "mem", text, sizeof(text)))
        return limit;
    if (!cmdline_get_size(boot.cmdline, "mem", &limit) || limit < 8 * MIB) {
        printk(KERN_WARN "mem=%s is not a size of at least 8M: using all memory\n", text);
        return UINT64_MAX;
    }
    return limit;
}

static void option_panic(void)
{
    char word[16];
    if (cmdline_get(boot.cmdline, "panic", word, sizeof(word)) && !panic_set_action(word))
        printk(KERN_WARN "panic=%s is none of halt, poweroff, reboot: using halt\n", word);
}

static void option_sched(void)
{
    char word[16] = "rr";
    unsigned quantum = option_uint("quantum", QUANTUM_DEFAULT_MS, 1, QUANTUM_MOST_MS);
    cmdline_get(boot.cmdline, "sched", word, sizeof(word));
    if (!sched_init(current(), quantum, word))
        printk(KERN_WARN "sched=%s is neither rr nor fair: using rr\n", word);
}

/* PID 3: what the command line names; then PID 1 starts the monitor. */
static void run_program(void *arg)
{
    char value[64];
    (void)arg;
    for (const struct boot_program *b = __boot_programs_start; b < __boot_programs_end; b++) {
        if (cmdline_get(boot.cmdline, b->key, value, sizeof(value))) {
            b->run(value);
            return;
        }
    }
    if (cmdline_get(boot.cmdline, "test", value, sizeof(value)) ||
        cmdline_get(boot.cmdline, "bench", value, sizeof(value)))
        printk(KERN_WARN "tests and benchmarks are in the image triptych-test, not in this one\n");
}

static void run_monitor(void *arg)
{
    (void)arg;
    monitor_run(false);
}

/* What the machine is of no use without. A shortage of memory may pass. */
static int start(const char *name, void (*fn)(void *))
{
    int pid;
    while ((pid = proc_spawn(name, PRIO_NORMAL, fn, NULL)) < 0) {
        printk(KERN_ERR "cannot start %s (error %d): trying again in a second\n", name, -pid);
        sleep_ms(1000);
    }
    return pid;
}

/* Several times if there is too little memory: the shortage may pass; without this there is no program. */
static int persist(int (*step)(void))
{
    int result = -ENOMEM;
    for (unsigned i = 0; i < ATTEMPTS && result == -ENOMEM; i++) {
        if (i > 0)
            sleep_ms(PAUSE_MS);
        result = step();
    }
    return result;
}

/* All that a program finds when it looks for a file. An error only where the kernel's own are missing. */
static int start_files(void)
{
    static int (*const steps[])(void) = { path_init, initrd_unpack, dev_init, tty_init, procfs_init };
    int result = 0, files = 0;
    for (unsigned i = 0; i < ARRAY_SIZE(steps) && result == 0; i++) {
        int error = persist(steps[i]);
        if (steps[i] == initrd_unpack)
            files = error;
        else
            result = error;
    }
    return result != 0 ? result : files;
}

/* PID 1 waits for PID 3: they do not meet here. */
int boot_files(void)
{
    static bool made;
    static int result;
    if (!made)
        result = start_files();
    made = true;
    return result;
}

static char init_path[64] = "/bin/init";

static int begin_program(void)
{
    return user_begin(init_path);
}

/*
 * The files of the initrd, and init=PATH of it (/bin/init): returns if there is no such program. Nothing
 * at all is made where nobody gave an initrd or asks for a program.
 */
static void run_init(void)
{
    bool named = cmdline_get(boot.cmdline, "init", init_path, sizeof(init_path));
    if (!named && boot.initrd.size == 0)
        return;
    int error = boot_files();
    if (error >= 0)
        error = persist(begin_program);
    printk(KERN_WARN "cannot run %s (error %d): here is the monitor\n", init_path, -error);
}

/*
 * PID 1: has the kernel do what the command line names, and becomes the first program. Without programs it
 * starts the monitor, and buries whoever is left without a parent.
 */
static void init(void *arg)
{
    (void)arg;
    failalloc_begin();
    start("keeper", workq_keeper);
    int program = start("main", run_program);
    while (proc_wait(-1, NULL) != program)
        continue; /* somebody who was left without a parent */
    run_init();
    start("monitor", run_monitor);
    for (;;) {
        if (proc_wait(-1, NULL) < 0)
            /* no child at all: nothing ever ends the monitor, but a stopped PID 1 would be worse */
            sleep_ms(1000);
    }
}

void kernel_main(const struct boot_info *bi)
{
    trace_boot(TRACE_STEP_ENTRY);
    boot = *bi;
    range_sort(boot.ram.range, boot.ram.n);
    console_init();
    proc_init();
    clock_init(boot.timer_hz, boot.entry_ticks);
    trace_boot(TRACE_STEP_CLOCK);
    print_banner();
    printk_set_level(option_uint("loglevel", LOGLEVEL_DEFAULT, 0, LOGLEVEL_ALL));
    option_panic();

    failalloc_init(boot.cmdline);
    page_early_init(&boot, option_mem());
    vm_init(&boot);
    trace_boot(TRACE_STEP_VM);
    uint64_t start = clock_uptime_ns();
    page_init();
    map_ns = clock_uptime_ns() - start;
    trace_boot(TRACE_STEP_PAGES);
    cache_init();
    kmalloc_init();
    proc_init_table((int)option_uint("pid_max", PID_MOST_DEFAULT, PID_MOST_LEAST, PID_MOST_MOST));
    trace_boot(TRACE_STEP_MEMORY);
    option_sched();
    trace_init(boot.cmdline);
    trace_boot(TRACE_STEP_SCHEDULER);

    irq_init();
    clock_init_cpu();
    console_init_input();
    trace_boot(TRACE_STEP_DEVICES);
    smp_start(option_uint("maxcpus", MAX_CPUS, 1, MAX_CPUS));
    trace_boot(TRACE_STEP_CPUS);

    user_init();
    int pid = user_spawn_first("init", init, NULL);
    if (pid != 1)
        panic("cannot start PID 1 (error %d)", -pid);
    trace_boot(TRACE_STEP_INIT);
    hal_irq_enable();
    sched_idle();
}
