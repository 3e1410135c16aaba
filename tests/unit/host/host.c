/* host.c - the host port: a HAL that writes down what it was asked, and the doors out of the kernel. */
#include "host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <hal/info.h>
#include <hal/mmu.h>
#include <hal/timer.h>
#include <kernel/printk.h>

/* Seconds of wall time: threads that give way to each other wait long where others are at work. */
enum { CHILD_TIME_LIMIT = 300, CHILD_PANICKED = 77 };

struct hal_info hal_info = {
    .arch = "host",
    .board = "process",
    .pt_top_bits = 9,
    .kernel_base = KERNEL_BASE,
    .kmap_base = KMAP_BASE,
    .kmap_end = KMAP_END,
    .split_trees = false,
    .timer_irq = 0,
    .ipi_irq = 1,
    .console_irq = { IRQ_NONE, IRQ_NONE },
    .result_reg = "none",
    .nx = true,
};

_Atomic uint64_t host_now;
uint64_t host_alarm;
bool host_cpus_run;
char host_panic[256], host_log[4096];
void (*host_pt_kernel)(uintptr_t root_pa);
void (*host_tlb_flush)(uintptr_t va);
void (*host_tlb_flush_all)(void);
void (*host_code_sync)(const void *va, size_t size);
void (*host_timer_arm)(uint64_t when);

static bool in_child;
static const char *child_panic; /* words of the panic in which it has to end, or NULL */

static void spins_for_ever(void)
{
    panic("spins for ever");
}

_Thread_local struct host_cpu host_cpu;
void (*host_relax)(void) = spins_for_ever;

void hal_cpu_relax(void)
{
    host_relax();
}

void hal_timer_arm(uint64_t when)
{
    host_alarm = when;
    if (host_timer_arm != NULL)
        host_timer_arm(when);
}

void hal_pt_kernel(uintptr_t root_pa)
{
    if (host_pt_kernel != NULL)
        host_pt_kernel(root_pa);
}

void hal_page_zero(void *page)
{
    memset(page, 0, PAGE_SIZE);
}

void hal_page_copy(void *to, const void *from)
{
    memcpy(to, from, PAGE_SIZE);
}

void hal_tlb_flush(uintptr_t va)
{
    if (host_tlb_flush != NULL)
        host_tlb_flush(va);
}

void hal_tlb_flush_all(void)
{
    if (host_tlb_flush_all != NULL)
        host_tlb_flush_all();
}

void hal_code_sync(const void *va, size_t size)
{
    if (host_code_sync != NULL)
        host_code_sync(va, size);
}

void printk(const char *fmt, ...)
{
    size_t length = strlen(host_log);
    va_list ap;

    if (fmt[0] == KERN_SOH[0])
        fmt += sizeof(KERN_INFO) - 1;
    va_start(ap, fmt);
    vsnprintf(host_log + length, sizeof(host_log) - length, fmt, ap);
    va_end(ap);
}

/* Do all the words, with anything in the place of each '*', stand in the text? */
static bool says(const char *text, const char *words)
{
    char part[sizeof(host_panic)];

    for (;;) {
        size_t n = strcspn(words, "*");

        snprintf(part, sizeof(part), "%.*s", (int)n, words);
        text = strstr(text, part);
        if (text == NULL || words[n] == 0)
            return text != NULL;
        text += n;
        words += n + 1;
    }
}

void panic(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(host_panic, sizeof(host_panic), fmt, ap);
    va_end(ap);
    if (in_child && child_panic != NULL && says(host_panic, child_panic))
        _exit(CHILD_PANICKED);
    if (in_child)
        host_check_failed(host_panic, "panic", 0);
    mock_assert(false, host_panic, "panic", 0);
    abort();
}

struct cpu *host_become_cpu(unsigned index)
{
    static _Alignas(KSTACK_SLOT) char stack[MAX_CPUS][KSTACK_SLOT];
    static struct proc idle[MAX_CPUS];

    idle[index] = (struct proc){ .name = "idle", .stack = (uintptr_t)stack[index], .state = PROC_RUNNING };
    list_init(&idle[index].turn);
    cpus[index].index = index;
    cpus[index].bit = 1u << index;
    cpus[index].alarm = UINT64_MAX;
    cpus[index].nheld = 0;
    cpus[index].rq.idle = cpus[index].rq.current = &idle[index];
    host_cpu.sp = (uintptr_t)stack[index] + KSTACK_SLOT / 2;
    proc_set_cpu(&idle[index], &cpus[index]);
    host_cpus_run = true;
    return &cpus[index];
}

void host_ram(size_t size)
{
    static size_t mapped;
    void *ram;

    munmap((void *)KERNEL_BASE, mapped);
    mapped = size;
    ram = mmap((void *)KERNEL_BASE, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
               -1, 0);
    if (ram != (void *)KERNEL_BASE)
        fail_msg("no memory at %p", (void *)KERNEL_BASE);
}

void host_in_child(void (*fn)(void *arg), void *arg, const char *words)
{
    int status = 0, code = words != NULL ? CHILD_PANICKED : 0;
    pid_t pid;

    fflush(stdout);
    pid = fork();
    if (pid == 0) {
        in_child = true;
        child_panic = words;
        alarm(CHILD_TIME_LIMIT);
        fn(arg);
        _exit(0);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != code)
        fail_msg("child: status 0x%x, not exit code %d", (unsigned)status, code);
}

void host_check_failed(const char *cond, const char *file, int line)
{
    fprintf(stderr, "# %s:%d: %s\n", file, line, cond);
    if (!in_child)
        abort();
    _exit(1);
}
