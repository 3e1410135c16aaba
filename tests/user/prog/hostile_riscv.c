/* hostile_riscv.c - attacks in the language of riscv64, and its registers. */
#include "hostile.h"

#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

const unsigned char code_return[4]
    __attribute__((aligned(4), section(".text.code"))) = { 0x82, 0x80, 0x01, 0x00 };
/* the UART, OpenSBI, and an address in neither half */
const uintptr_t odd_addresses[3] = { 0x10000000, 0x80000000, 0x0010000000000000 };

void push_at(uintptr_t sp)
{
    __asm__ volatile("mv sp, %0\n\tsd a0, -8(sp)" : : "r"(sp & ~(uintptr_t)15) : "memory");
}

long call_at(uintptr_t sp, long number, long a, long b)
{
    register long a7 __asm__("a7") = number;
    register long a0 __asm__("a0") = a;
    register long a1 __asm__("a1") = b;

    __asm__ volatile("mv t0, sp\n\tmv sp, %3\n\tecall\n\tmv sp, t0"
                     : "+r"(a0)
                     : "r"(a7), "r"(a1), "r"(sp)
                     : "t0", "memory");
    return a0;
}

void sigreturn_at(uintptr_t sp)
{
    call_at(sp, SYS_rt_sigreturn, 0, 0);
}

void fill_registers(void)
{
    __asm__ volatile("li t0, -1\n\tfmv.d.x f0, t0\n\tfmv.d.x f9, t0\n\tfmv.d.x f30, t0\n\tfmv.d.x f31, t0"
                     :
                     :
                     : "t0", "memory");
}

bool registers_are_filled(void)
{
    uint64_t bits;

    __asm__ volatile("fmv.x.d %0, f30" : "=r"(bits));
    return bits == UINT64_MAX;
}

/* All but those of the stack, the thread, global data and the frame. */
#define KEPT "ra,t0,t1,t2,s1,a1,a2,a3,a4,a5,a6,s2,s3,s4,s5,s6,s7,s8,s9,s10,s11,t3,t4,t5"

long registers_changed(void);

__asm__(".section .text.registers, \"ax\"\n"
        "registers_changed:\n\t"
        "addi sp, sp, -128\n\tsd ra, 0(sp)\n\tsd s1, 8(sp)\n\t"
        "sd s2, 16(sp)\n\tsd s3, 24(sp)\n\tsd s4, 32(sp)\n\tsd s5, 40(sp)\n\tsd s6, 48(sp)\n\t"
        "sd s7, 56(sp)\n\tsd s8, 64(sp)\n\tsd s9, 72(sp)\n\tsd s10, 80(sp)\n\tsd s11, 88(sp)\n\t"
        ".set number, 1000\n\t.irp r, " KEPT "\n\tli \\r, number\n\t.set number, number + 1\n\t.endr\n\t"
        "li a7, 173\n\tecall\n\tli a0, 0\n\t" /* getppid */
        ".set number, 1000\n\t.irp r, " KEPT "\n\tli t6, number\n\txor \\r, \\r, t6\n\t"
        "or a0, a0, \\r\n\t.set number, number + 1\n\t.endr\n\t"
        "ld ra, 0(sp)\n\tld s1, 8(sp)\n\t"
        "ld s2, 16(sp)\n\tld s3, 24(sp)\n\tld s4, 32(sp)\n\tld s5, 40(sp)\n\tld s6, 48(sp)\n\t"
        "ld s7, 56(sp)\n\tld s8, 64(sp)\n\tld s9, 72(sp)\n\tld s10, 80(sp)\n\tld s11, 88(sp)\n\t"
        "addi sp, sp, 128\n\tret\n\t"
        ".text");

long all_registers_kept(void)
{
    return registers_changed() == 0;
}

__asm__(".section .text.entry, \"ax\"\n\t.global entry_of_clean\n"
        "entry_of_clean:\n\t"
        ".irp r, ra,gp,tp,t0,t1,t2,s0,s1,a1,a2,a3,a4,a5,a6,a7,s2,s3,s4,s5,s6,s7,s8,s9,s10,s11,t3,t4,t5,t6\n\t"
        "or a0, a0, \\r\n\t.endr\n\t"
        ".irp r, f0,f9,f30,f31\n\tfmv.x.d t0, \\r\n\tor a0, a0, t0\n\t.endr\n\t"
        "snez a0, a0\n\tli a7, 93\n\tecall\n\t" /* exit */
        ".text");

/* --- Instructions that are not for programs --- */

#define INSTRUCTION(name, text)                      \
    static void name(void)                           \
    {                                                \
        __asm__ volatile(text : : : "t0", "memory"); \
    }

INSTRUCTION(write_satp, "csrw satp, zero")
INSTRUCTION(read_satp, "csrr t0, satp")
INSTRUCTION(read_sstatus, "csrr t0, sstatus")
INSTRUCTION(mask_interrupts, "csrci sstatus, 2")
INSTRUCTION(write_stvec, "csrw stvec, zero")
INSTRUCTION(write_sscratch, "csrw sscratch, zero")
INSTRUCTION(write_sie, "csrw sie, zero")
INSTRUCTION(read_scause, "csrr t0, scause")
INSTRUCTION(read_mstatus, "csrr t0, mstatus")
INSTRUCTION(write_time, "csrw time, zero")
INSTRUCTION(read_cycle, "csrr t0, cycle")
INSTRUCTION(do_sret, "sret")
INSTRUCTION(do_mret, "mret")
INSTRUCTION(do_wfi, "wfi")
INSTRUCTION(do_sfence, "sfence.vma")
INSTRUCTION(do_unimp, ".word 0xffffffff")
INSTRUCTION(do_zeros, ".half 0, 0")
INSTRUCTION(do_ebreak, "ebreak")

static void divide(void)
{
    volatile long zero = 0, result;

    __asm__ volatile("div %0, %1, %2" : "=r"(result) : "r"(5L), "r"(zero));
    must(result == -1);
}

/* What lr reserved is lost when the kernel was there in between: sc fails. */
static void reservation(void)
{
    static uint64_t word;
    register long a7 __asm__("a7") = SYS_sched_yield;
    register long a0 __asm__("a0");
    long failed;

    __asm__ volatile("lr.d t0, (%3)\n\tecall\n\tsc.d %1, t0, (%3)"
                     : "=r"(a0), "=&r"(failed)
                     : "r"(a7), "r"(&word)
                     : "t0", "memory");
    must(failed != 0);
}

/* --- Frames that a handler changes before it returns --- */

enum { PC_AT = 176, FCSR_AT = 176 + 256 + 256 };
static int where;
static uint64_t value;

static void change(int sig, siginfo_t *info, void *context)
{
    (void)sig, (void)info;
    memcpy((char *)context + where, &value, where == FCSR_AT ? 4 : 8);
}

static void forge(int at, uint64_t what)
{
    where = at;
    value = what;
    on_signal(SIGUSR1, change);
    raise(SIGUSR1);
}

static void forge_pc(void)
{
    touches((void *)kernel_text);
    forge(PC_AT, kernel_text);
}

/* Only the eight bits that there are. */
static void forge_fcsr(void)
{
    unsigned long bits;

    forge(FCSR_AT, UINT64_MAX);
    __asm__ volatile("frcsr %0" : "=r"(bits));
    must((bits & ~0xfful) == 0);
}

#define ILLEGAL(name, run)                       \
    {                                            \
        name, run, SIGILL, "illegal instruction" \
    }

const struct attack port_attacks[] = {
    ILLEGAL("csrw satp", write_satp),
    ILLEGAL("csrr satp", read_satp),
    ILLEGAL("csrr sstatus", read_sstatus),
    ILLEGAL("csrci sstatus", mask_interrupts),
    ILLEGAL("csrw stvec", write_stvec),
    ILLEGAL("csrw sscratch", write_sscratch),
    ILLEGAL("csrw sie", write_sie),
    ILLEGAL("csrr scause", read_scause),
    ILLEGAL("csrr mstatus", read_mstatus),
    ILLEGAL("csrw time", write_time),
    ILLEGAL("csrr cycle", read_cycle),
    ILLEGAL("sret", do_sret),
    ILLEGAL("mret", do_mret),
    ILLEGAL("wfi", do_wfi),
    ILLEGAL("sfence.vma", do_sfence),
    ILLEGAL("all ones", do_unimp),
    ILLEGAL("all zeros", do_zeros),
    { "ebreak", do_ebreak, SIGTRAP, "breakpoint" },
    { "division by zero", divide, LIVES, NULL },
    { "reservation over a switch", reservation, LIVES, NULL },
    { "return from no signal", return_from_nothing, SIGSEGV, "tried to execute ?, " NO_PAGE },
    { "forged pc", forge_pc, SIGSEGV, "tried to execute *, " OF_KERNEL },
    { "forged fcsr", forge_fcsr, LIVES, NULL },
};
const size_t port_attack_count = sizeof(port_attacks) / sizeof(port_attacks[0]);
