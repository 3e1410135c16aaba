/* hostile_memory.c - attacks that are the same on all machines: memory, stacks, pointers, registers. */
#include "check.h"
#include "hostile.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <uapi/errno.h>

enum { PAGE = 4096 };

/* --- Memory that is not the program's --- */

static void read_at(uintptr_t where)
{
    const volatile char *volatile p = (const volatile char *)where;

    touches(p);
    (void)*p;
}

static void write_at(uintptr_t where)
{
    volatile char *volatile p = (volatile char *)where;

    touches(p);
    *p = 1;
}

static void jump_to(uintptr_t where)
{
    void (*volatile f)(void) = (void (*)(void))where;

    touches((void *)where);
    f();
}

static void read_kernel_text(void)
{
    read_at(kernel_text);
}
static void read_kernel_data(void)
{
    read_at(kernel_data);
}
static void write_kernel_text(void)
{
    write_at(kernel_text);
}
static void write_kernel_data(void)
{
    write_at(kernel_data);
}
static void jump_to_kernel(void)
{
    jump_to(kernel_text);
}
static void read_null(void)
{
    read_at(0);
}
static void write_null(void)
{
    write_at(8);
}
static void call_null(void)
{
    jump_to(0);
}
static void read_last(void)
{
    read_at(UINTPTR_MAX);
}
static void write_own_text(void)
{
    write_at((uintptr_t)code_return);
}
static void read_device(void)
{
    read_at(odd_addresses[0]);
}
static void write_device(void)
{
    write_at(odd_addresses[1]);
}
static void read_odd(void)
{
    read_at(odd_addresses[2]);
}

static char in_data[4] __attribute__((aligned(4))) = "x";

static void execute_data(void)
{
    memcpy(in_data, code_return, sizeof(code_return));
    jump_to((uintptr_t)in_data);
}

static void execute_stack(void)
{
    char on_stack[4] __attribute__((aligned(4)));

    memcpy(on_stack, code_return, sizeof(code_return));
    jump_to((uintptr_t)on_stack);
}

static void execute_heap(void)
{
    char *p = malloc(sizeof(code_return));

    must(p != NULL);
    memcpy(p, code_return, sizeof(code_return));
    jump_to((uintptr_t)p);
}

static char *map(size_t pages, int prot)
{
    char *p = mmap(NULL, pages * PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    must(p != MAP_FAILED);
    return p;
}

static void read_unmapped(void)
{
    char *p = map(2, PROT_READ);

    must(munmap(p + PAGE, PAGE) == 0);
    read_at((uintptr_t)p + PAGE);
}

static void read_forbidden(void)
{
    read_at((uintptr_t)map(1, PROT_NONE));
}
static void write_constant(void)
{
    write_at((uintptr_t)map(1, PROT_READ));
}

/* --- Stacks --- */

static int deeper(volatile char *above)
{
    volatile char here[512];

    here[0] = above[0];
    return here[0] == 0 ? deeper(here) + here[0] : 0;
}

static void overflow_stack(void)
{
    char start = 0;

    must(deeper(&start) == 0);
}

static void push_to_kernel(void)
{
    push_at(kernel_data);
}

static void call_with_kernel_stack(void)
{
    must(call_at(kernel_data, SYS_getpid, 0, 0) == getpid());
}

static void never(int sig, siginfo_t *info, void *context)
{
    (void)sig, (void)info, (void)context;
    _exit(66);
}

static void signal_with_kernel_stack(void)
{
    on_signal(SIGUSR1, never);
    call_at(kernel_data, SYS_kill, getpid(), SIGUSR1);
    _exit(66);
}

static void signal_on_kernel_stack(void)
{
    struct sigaction action = { .sa_sigaction = never, .sa_flags = SA_SIGINFO | SA_ONSTACK };
    stack_t stack = { (void *)(kernel_data & ~(uintptr_t)15), 0, 65536 };

    must(sigaltstack(&stack, NULL) == 0 && sigaction(SIGUSR1, &action, NULL) == 0);
    raise(SIGUSR1);
    _exit(66);
}

static void handler_in_kernel(void)
{
    signal(SIGUSR1, (void (*)(int))kernel_text);
    touches((void *)kernel_text);
    raise(SIGUSR1);
}

void return_from_nothing(void)
{
    static char zeros[8192] __attribute__((aligned(16)));

    sigreturn_at((uintptr_t)zeros + 64);
}

static void return_from_kernel(void)
{
    sigreturn_at(kernel_data & ~(uintptr_t)15);
}

/* --- Calls --- */

static void unknown_calls(void)
{
    const long numbers[] = { -1, 9999, 0x7fffffff, -0x7fffffff - 1, 1 << 20 };

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        must(__syscall(numbers[i], 0, 0, 0, 0, 0, 0) == -ENOSYS);
}

/* Of the kernel, beyond the end, straddling the last page of ours. */
static void kernel_pointers(void)
{
    int fds[2], null = open("/dev/null", O_RDWR), zero = open("/dev/zero", O_RDONLY);
    const uintptr_t bad[] = { kernel_data, kernel_text, kernel_data | 3, UINTPTR_MAX - 7 };

    must(null >= 0 && zero >= 0 && pipe(fds) == 0);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char *p = (char *)bad[i];
        must(FAILS_WITH(EFAULT, write(fds[1], p, 8)) && FAILS_WITH(EFAULT, read(zero, p, 8)));
        must(FAILS_WITH(EFAULT, open(p, O_RDONLY)) && getcwd(p, PAGE) == NULL && errno == EFAULT);
        must(FAILS_WITH(EFAULT, pipe((int *)p)));
        must(__syscall(SYS_rt_sigaction, SIGUSR1, p, 0, 8, 0, 0) == -EFAULT);
        must(__syscall(SYS_clock_gettime, 0, p, 0, 0, 0, 0) == -EFAULT);
        must(__syscall(SYS_execve, "/bin/true", p, 0, 0, 0, 0) == -EFAULT);
        must(FAILS_WITH(EINVAL, munmap((void *)((uintptr_t)p & ~(uintptr_t)(PAGE - 1)), PAGE)));
    }
    must(mmap((void *)(kernel_data & ~(uintptr_t)(PAGE - 1)), PAGE, PROT_READ,
              MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED);
}

/* --- Registers --- */

static void registers_over_call(void)
{
    must(all_registers_kept() != 0);
}

/* Another process that has not used floating point yet finds nothing of ours in it. */
static void registers_of_others(void)
{
    fill_registers();
    must(registers_are_filled());
}

#define SEGV(name, run, message)    \
    {                               \
        name, run, SIGSEGV, message \
    }

const struct attack attacks[] = {
    SEGV("read kernel text", read_kernel_text, "tried to read *, " OF_KERNEL),
    SEGV("read kernel data", read_kernel_data, "tried to read *, " OF_KERNEL),
    SEGV("write kernel text", write_kernel_text, "tried to write *, " OF_KERNEL),
    SEGV("write kernel data", write_kernel_data, "tried to write *, " OF_KERNEL),
    SEGV("jump into the kernel", jump_to_kernel, "tried to execute *, " OF_KERNEL),
    SEGV("read NULL", read_null, "tried to read *, " NO_PAGE),
    SEGV("write near NULL", write_null, "tried to write *, " NO_PAGE),
    SEGV("call NULL", call_null, "tried to execute *, " NO_PAGE),
    SEGV("read the last byte", read_last, "tried to read *, " OF_KERNEL),
    SEGV("write own text", write_own_text, "tried to write *, " FORBIDDEN),
    SEGV("execute data", execute_data, "tried to execute *, " FORBIDDEN),
    SEGV("execute the stack", execute_stack, "tried to execute *, " FORBIDDEN),
    SEGV("execute the heap", execute_heap, "tried to execute *, " FORBIDDEN),
    SEGV("read what was unmapped", read_unmapped, "tried to read *, " NO_PAGE),
    SEGV("read what may not be read", read_forbidden, "tried to read *, " FORBIDDEN),
    SEGV("write a constant", write_constant, "tried to write *, " FORBIDDEN),
    SEGV("read a device", read_device, "tried to read *, "),
    SEGV("write a device", write_device, "tried to write *, "),
    SEGV("read no address", read_odd, "tried to read *, "),
    SEGV("overflow the stack", overflow_stack, "tried to write ?, " NO_PAGE),
    SEGV("push to the kernel", push_to_kernel, "tried to write ?, " OF_KERNEL),
    { "call with the kernel's stack", call_with_kernel_stack, LIVES, NULL },
    SEGV("signal with the kernel's stack", signal_with_kernel_stack, "no room for a handler's frame"),
    SEGV("signal on the kernel's stack", signal_on_kernel_stack, "no room for a handler's frame"),
    SEGV("handler in the kernel", handler_in_kernel, "tried to execute *, " OF_KERNEL),
    SEGV("return from the kernel", return_from_kernel, "not the frame of a handler"),
    { "calls that there are not", unknown_calls, LIVES, NULL },
    { "pointers into the kernel", kernel_pointers, LIVES, NULL },
    { "registers over a call", registers_over_call, LIVES, NULL },
    { "registers full", registers_of_others, LIVES, NULL },
};
const size_t attack_count = sizeof(attacks) / sizeof(attacks[0]);
