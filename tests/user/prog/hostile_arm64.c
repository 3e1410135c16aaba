/* hostile_arm64.c - attacks in the language of arm64, and its registers. */
#include "hostile.h"

#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

const unsigned char code_return[4]
    __attribute__((aligned(4), section(".text.code"))) = { 0xc0, 0x03, 0x5f, 0xd6 };
/* the UART, the interrupt controller, and an address in neither half */
const uintptr_t odd_addresses[3] = { 0xfe201000, 0xff841000, 0x0010000000000000 };

void push_at(uintptr_t sp)
{
    __asm__ volatile("mov sp, %0\n\tstr x0, [sp, #-16]!" : : "r"(sp & ~(uintptr_t)15) : "memory");
}

long call_at(uintptr_t sp, long number, long a, long b)
{
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;

    __asm__ volatile("mov x9, sp\n\tmov sp, %3\n\tsvc #0\n\tmov sp, x9"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(sp)
                     : "x9", "memory");
    return x0;
}

void sigreturn_at(uintptr_t sp)
{
    call_at(sp, SYS_rt_sigreturn, 0, 0);
}

void fill_registers(void)
{
    __asm__ volatile("movi v8.16b, #255\n\tmovi v16.16b, #255\n\tmovi v30.16b, #255\n\tmovi v31.16b, #255"
                     :
                     :
                     : "memory");
}

bool registers_are_filled(void)
{
    uint64_t low, high;

    __asm__ volatile("fmov %0, d30\n\tfmov %1, v30.d[1]" : "=r"(low), "=r"(high));
    return low == UINT64_MAX || high == UINT64_MAX;
}

long all_registers_kept(void)
{
    long kept;

    __asm__ volatile(".irp n, 1,2,3,4,5,6,7,9,10,11,12,13,14,15,16,17,18,20,21,22,23,24,25,26,27,28,30\n\t"
                     "mov x\\n, #(\\n * 257)\n\t.endr\n\t"
                     "mov x8, %1\n\tsvc #0\n\tmov x0, #0\n\t"
                     ".irp n, 1,2,3,4,5,6,7,9,10,11,12,13,14,15,16,17,18,20,21,22,23,24,25,26,27,28,30\n\t"
                     "mov x8, #(\\n * 257)\n\teor x\\n, x\\n, x8\n\torr x0, x0, x\\n\n\t.endr\n\t"
                     "mov %0, x0"
                     : "=r"(kept)
                     : "i"(SYS_getppid)
                     : "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13",
                       "x14", "x15", "x16", "x17", "x18", "x20", "x21", "x22", "x23", "x24", "x25", "x26",
                       "x27", "x28", "x30", "memory");
    return kept == 0;
}

__asm__(".section .text.entry, \"ax\"\n\t.global entry_of_clean\n"
        "entry_of_clean:\n\t"
        ".irp n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30\n\t"
        "orr x0, x0, x\\n\n\t.endr\n\t"
        "orr v8.16b, v8.16b, v16.16b\n\torr v8.16b, v8.16b, v30.16b\n\torr v8.16b, v8.16b, v31.16b\n\t"
        "fmov x1, d8\n\torr x0, x0, x1\n\tfmov x1, v8.d[1]\n\torr x0, x0, x1\n\t"
        "mrs x1, tpidr_el0\n\torr x0, x0, x1\n\tmrs x1, tpidrro_el0\n\torr x0, x0, x1\n\t"
        "cmp x0, #0\n\tcset x0, ne\n\tmov x8, #93\n\tsvc #0\n\t" /* exit */
        ".text");

/* --- Instructions that are not for programs --- */

#define INSTRUCTION(name, text)                      \
    static void name(void)                           \
    {                                                \
        __asm__ volatile(text : : : "x0", "memory"); \
    }

INSTRUCTION(mask_interrupts, "msr daifset, #2")
INSTRUCTION(read_daif, "mrs x0, daif")
INSTRUCTION(read_ttbr, "mrs x0, ttbr0_el1")
INSTRUCTION(write_ttbr, "msr ttbr0_el1, xzr")
INSTRUCTION(write_sctlr, "msr sctlr_el1, xzr")
INSTRUCTION(write_vbar, "msr vbar_el1, xzr")
INSTRUCTION(write_cpacr, "msr cpacr_el1, xzr")
INSTRUCTION(read_current, "mrs x0, currentel")
INSTRUCTION(select_stack, "msr spsel, #1")
INSTRUCTION(write_elr, "msr elr_el1, xzr")
INSTRUCTION(write_timer, "msr cntp_ctl_el0, xzr")
INSTRUCTION(read_pmu, "mrs x0, pmccntr_el0")
INSTRUCTION(do_tlbi, "tlbi vmalle1")
INSTRUCTION(do_ic, "ic iallu")
INSTRUCTION(do_dc, "mov x0, sp\n\tdc ivac, x0")
INSTRUCTION(translate, "at s1e1r, x0")
INSTRUCTION(do_eret, "eret")
INSTRUCTION(do_hvc, "hvc #0")
INSTRUCTION(do_smc, "smc #0")
INSTRUCTION(do_udf, ".inst 0")
INSTRUCTION(do_brk, "brk #0")
INSTRUCTION(do_hlt, "hlt #0xf000")

static void odd_pc(void)
{
    void (*volatile f)(void) = (void (*)(void))((uintptr_t)code_return + 2);

    f();
}

static void divide(void)
{
    volatile long zero = 0, result;

    __asm__ volatile("sdiv %0, %1, %2" : "=r"(result) : "r"(5L), "r"(zero));
    must(result == 0);
}

/* What ldxr reserved is lost when the kernel was there in between: stxr fails. */
static void reservation(void)
{
    static uint64_t word;
    register long x8 __asm__("x8") = SYS_sched_yield;
    register long x0 __asm__("x0");
    uint32_t failed;

    __asm__ volatile("ldxr x1, [%3]\n\tsvc #0\n\tstxr %w1, x1, [%3]"
                     : "=r"(x0), "=&r"(failed)
                     : "r"(x8), "r"(&word)
                     : "x1", "memory");
    must(failed == 1);
}

/* --- Frames that a handler changes before it returns --- */

enum { PC = 55, PSTATE = 56, MAGIC = 58 };
static int index;
static uint64_t value;

static void change(int sig, siginfo_t *info, void *context)
{
    (void)sig, (void)info;
    ((uint64_t *)context)[index] = value;
}

static void forge(int at, uint64_t what)
{
    index = at;
    value = what;
    on_signal(SIGUSR1, change);
    raise(SIGUSR1);
}

static void forge_el1(void)
{
    forge(PSTATE, 0x5);
}
static void forge_el1t(void)
{
    forge(PSTATE, 0x4);
}
static void forge_el3(void)
{
    forge(PSTATE, 0xd);
}
static void forge_aarch32(void)
{
    forge(PSTATE, 0x10);
}
static void forge_masks(void)
{
    forge(PSTATE, 0x3c0);
}
static void forge_record(void)
{
    forge(MAGIC, 0);
}

/* Single step and illegal state are not taken over. */
static void forge_flags(void)
{
    forge(PSTATE, 3u << 20);
}

static void forge_pc(void)
{
    touches((void *)kernel_text);
    forge(PC, kernel_text);
}

#define ILLEGAL(name, run)                         \
    {                                              \
        name, run, SIGILL, "undefined instruction" \
    }
#define TRAPPED(name, run)                              \
    {                                                   \
        name, run, SIGILL, "trapped system instruction" \
    }
#define NO_FRAME "not the frame of a handler"

const struct attack port_attacks[] = {
    TRAPPED("msr daifset", mask_interrupts),
    TRAPPED("mrs daif", read_daif),
    ILLEGAL("mrs ttbr0_el1", read_ttbr),
    ILLEGAL("msr ttbr0_el1", write_ttbr),
    ILLEGAL("msr sctlr_el1", write_sctlr),
    ILLEGAL("msr vbar_el1", write_vbar),
    ILLEGAL("msr cpacr_el1", write_cpacr),
    ILLEGAL("mrs currentel", read_current),
    ILLEGAL("msr spsel", select_stack),
    ILLEGAL("msr elr_el1", write_elr),
    TRAPPED("msr cntp_ctl_el0", write_timer),
    TRAPPED("mrs pmccntr_el0", read_pmu),
    ILLEGAL("tlbi", do_tlbi),
    ILLEGAL("ic iallu", do_ic),
    ILLEGAL("dc ivac", do_dc),
    ILLEGAL("at", translate),
    ILLEGAL("eret", do_eret),
    ILLEGAL("hvc", do_hvc),
    ILLEGAL("smc", do_smc),
    ILLEGAL("no instruction", do_udf),
    ILLEGAL("hlt", do_hlt),
    { "brk", do_brk, SIGTRAP, "breakpoint" },
    { "odd pc", odd_pc, SIGBUS, "program counter misaligned" },
    { "division by zero", divide, LIVES, NULL },
    { "reservation over a switch", reservation, LIVES, NULL },
    { "return from no signal", return_from_nothing, SIGSEGV, NO_FRAME },
    { "forged EL1h", forge_el1, SIGSEGV, NO_FRAME },
    { "forged EL1t", forge_el1t, SIGSEGV, NO_FRAME },
    { "forged EL3", forge_el3, SIGSEGV, NO_FRAME },
    { "forged AArch32", forge_aarch32, SIGSEGV, NO_FRAME },
    { "forged masks", forge_masks, SIGSEGV, NO_FRAME },
    { "forged record", forge_record, SIGSEGV, NO_FRAME },
    { "forged flags", forge_flags, LIVES, NULL },
    { "forged pc", forge_pc, SIGSEGV, "tried to execute *, " OF_KERNEL },
};
const size_t port_attack_count = sizeof(port_attacks) / sizeof(port_attacks[0]);
