/* hostile_x86.c - attacks in the language of i386, and its registers. */
#include "hostile.h"

#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

const unsigned char code_return[4]
    __attribute__((aligned(4), section(".text.code"))) = { 0xc3, 0x90, 0x90, 0x90 };
const uintptr_t odd_addresses[3] = { 0xb8000, 0xfee00000, 0x7ffffff0 }; /* screen, APIC, above the stack */

void push_at(uintptr_t sp)
{
    __asm__ volatile("movl %0, %%esp\n\tpush %%eax" : : "r"(sp));
}

long call_at(uintptr_t sp, long number, long a, long b)
{
    __asm__ volatile("xchg %%esp, %%esi\n\tint $0x80\n\txchg %%esp, %%esi"
                     : "+a"(number), "+S"(sp)
                     : "b"(a), "c"(b)
                     : "memory");
    return number;
}

void sigreturn_at(uintptr_t sp)
{
    call_at(sp, SYS_rt_sigreturn, 0, 0);
}

/* The x87's stack is the compiler's: only SSE. */
void fill_registers(void)
{
    __asm__ volatile("pcmpeqd %%xmm0, %%xmm0\n\tmovaps %%xmm0, %%xmm1\n\tmovaps %%xmm0, %%xmm2\n\t"
                     "movaps %%xmm0, %%xmm3\n\tmovaps %%xmm0, %%xmm4\n\tmovaps %%xmm0, %%xmm5\n\t"
                     "movaps %%xmm0, %%xmm6\n\tmovaps %%xmm0, %%xmm7"
                     :
                     :
                     : "memory");
}

bool registers_are_filled(void)
{
    int signs;

    __asm__ volatile("movmskps %%xmm6, %0" : "=r"(signs));
    return signs == 0xf;
}

long all_registers_kept(void)
{
    long kept;

    __asm__ volatile("push %%ebp\n\t"
                     "mov $0x1111, %%ebx\n\tmov $0x2222, %%ecx\n\tmov $0x3333, %%edx\n\t"
                     "mov $0x4444, %%esi\n\tmov $0x5555, %%edi\n\tmov $0x6666, %%ebp\n\t"
                     "mov %1, %%eax\n\tint $0x80\n\t"
                     "xor $0x1111, %%ebx\n\txor $0x2222, %%ecx\n\txor $0x3333, %%edx\n\t"
                     "xor $0x4444, %%esi\n\txor $0x5555, %%edi\n\txor $0x6666, %%ebp\n\t"
                     "or %%ecx, %%ebx\n\tor %%edx, %%ebx\n\tor %%esi, %%ebx\n\tor %%edi, %%ebx\n\t"
                     "or %%ebp, %%ebx\n\tpop %%ebp\n\tmov %%ebx, %0"
                     : "=&a"(kept)
                     : "i"(SYS_getppid)
                     : "ebx", "ecx", "edx", "esi", "edi", "memory");
    return kept == 0;
}

__asm__(".section .text.entry, \"ax\"\n\t.global entry_of_clean\n"
        "entry_of_clean:\n\t"
        "or %ebx, %eax\n\tor %ecx, %eax\n\tor %edx, %eax\n\tor %esi, %eax\n\tor %edi, %eax\n\t"
        "or %ebp, %eax\n\tmovmskps %xmm0, %ebx\n\tor %ebx, %eax\n\tmovmskps %xmm7, %ebx\n\t"
        "or %eax, %ebx\n\tsetnz %bl\n\tmovzbl %bl, %ebx\n\tmov $1, %eax\n\tint $0x80\n\t" /* exit */
        ".text");

/* --- Instructions that are not for programs --- */

#define INSTRUCTION(name, text)                                     \
    static void name(void)                                          \
    {                                                               \
        __asm__ volatile(text : : : "eax", "ecx", "edx", "memory"); \
    }

INSTRUCTION(do_cli, "cli")
INSTRUCTION(do_sti, "sti")
INSTRUCTION(do_hlt, "hlt")
INSTRUCTION(do_lgdt, "lgdt (%%esp)")
INSTRUCTION(do_lidt, "lidt (%%esp)")
INSTRUCTION(do_lldt, "xor %%eax, %%eax\n\tlldt %%ax")
INSTRUCTION(do_ltr, "mov $0x28, %%eax\n\tltr %%ax")
INSTRUCTION(do_invlpg, "invlpg (%%esp)")
INSTRUCTION(do_clts, "clts")
INSTRUCTION(do_lmsw, "xor %%eax, %%eax\n\tlmsw %%ax")
INSTRUCTION(read_cr0, "mov %%cr0, %%eax")
INSTRUCTION(write_cr0, "xor %%eax, %%eax\n\tmov %%eax, %%cr0")
INSTRUCTION(read_cr3, "mov %%cr3, %%eax")
INSTRUCTION(write_cr3, "xor %%eax, %%eax\n\tmov %%eax, %%cr3")
INSTRUCTION(write_cr4, "xor %%eax, %%eax\n\tmov %%eax, %%cr4")
INSTRUCTION(write_dr7, "xor %%eax, %%eax\n\tmov %%eax, %%dr7")
INSTRUCTION(do_rdmsr, "mov $0x1b, %%ecx\n\trdmsr")
INSTRUCTION(do_wrmsr, "mov $0x1b, %%ecx\n\twrmsr")
INSTRUCTION(do_in, "in $0x64, %%al")
INSTRUCTION(do_out, "mov $0xfe, %%al\n\tout %%al, $0x64")
INSTRUCTION(int_page_fault, "int $14")
INSTRUCTION(int_double_fault, "int $8")
INSTRUCTION(int_nmi, "int $2")
INSTRUCTION(int_line, "int $0x20")
INSTRUCTION(int_last, "int $0xff")
INSTRUCTION(kernel_ds, "mov $0x10, %%eax\n\tmov %%eax, %%ds")
INSTRUCTION(kernel_gs, "mov $0x10, %%eax\n\tmov %%eax, %%gs")
INSTRUCTION(kernel_ss, "mov $0x10, %%eax\n\tmov %%eax, %%ss")
INSTRUCTION(far_jump, "ljmp $0x8, $0")
INSTRUCTION(call_tss, "lcall $0x28, $0")
INSTRUCTION(far_return, "push $0x8\n\tpush $0\n\tlret")
INSTRUCTION(forged_iret, "pushf\n\tpush $0x8\n\tpush $0\n\tiret")
INSTRUCTION(do_sysenter, "sysenter")
INSTRUCTION(do_sysexit, "sysexit")
INSTRUCTION(do_ud2, "ud2")
INSTRUCTION(divide, "xor %%ecx, %%ecx\n\txor %%edx, %%edx\n\tdiv %%ecx")
INSTRUCTION(do_int3, "int3")
INSTRUCTION(do_into, "mov $0x7fffffff, %%eax\n\tinc %%eax\n\tinto")
INSTRUCTION(single_step, "pushf\n\torl $0x100, (%%esp)\n\tpopf\n\tnop")
INSTRUCTION(x87_error,
            "fninit\n\tpush $0x360\n\tfldcw (%%esp)\n\tpop %%eax\n\tfld1\n\tfldz\n\tfdivrp\n\tfwait")

enum { IF = 1 << 9, IOPL = 3 << 12, NT = 1 << 14, VM = 1 << 17 };

static unsigned long flags(void)
{
    unsigned long f;

    __asm__ volatile("pushf\n\tpop %0" : "=r"(f));
    return f;
}

/* It does not fail, and does nothing. */
static void pop_flags(void)
{
    __asm__ volatile("pushf\n\tandl $~0x200, (%%esp)\n\torl $0x3000, (%%esp)\n\tpopf" : : : "memory", "cc");
    must((flags() & (IF | IOPL)) == IF);
}

static void nested_task(void)
{
    __asm__ volatile("pushf\n\torl $0x4000, (%%esp)\n\tpopf" : : : "memory", "cc");
    must(getppid() > 0);
}

/* The kernel has segments of its own. */
static void no_segments(void)
{
    long pid = SYS_getppid;

    __asm__ volatile("push %%ds\n\txor %%ebx, %%ebx\n\tmov %%ebx, %%ds\n\tmov %%ebx, %%es\n\t"
                     "mov %%ebx, %%fs\n\tmov %%ebx, %%gs\n\tint $0x80\n\tpush %%ss\n\tpop %%es\n\tpop %%ds"
                     : "+a"(pid)
                     :
                     : "ebx", "memory");
    must(pid > 0);
}

/* --- Frames that a handler changes before it returns --- */

enum { GS, FS, ES, DS, ESP = 7, EIP = 14, CS = 15, EFLAGS = 16, SS = 18, FP = 19, CONTEXT_AT = 20 };
static int index;
static uint32_t value;

static void change(int sig, siginfo_t *info, void *context)
{
    uint32_t *c = (uint32_t *)((char *)context + CONTEXT_AT);

    (void)sig, (void)info;
    if (index == EFLAGS)
        c[index] |= value;
    else
        c[index] = value;
}

static void forge(int at, uint32_t what)
{
    index = at;
    value = what;
    on_signal(SIGUSR1, change);
    raise(SIGUSR1);
}

static void forge_cs(void)
{
    forge(CS, 0x8);
}
static void forge_ss(void)
{
    forge(SS, 0x10);
}
static void forge_ds(void)
{
    forge(DS, 0x10);
}
static void forge_fp(void)
{
    forge(FP, kernel_data);
}

static void forge_pc(void)
{
    touches((void *)kernel_text);
    forge(EIP, kernel_text);
}

static void forge_flags(void)
{
    forge(EFLAGS, IOPL | NT | VM);
    must((flags() & (IF | IOPL | NT | VM)) == IF);
}

static void forge_step(void)
{
    forge(EFLAGS, 0x100);
}

#define GP(name, run)                            \
    {                                            \
        name, run, SIGSEGV, "general protection" \
    }
#define NO_FRAME "not the frame of a handler"

const struct attack port_attacks[] = {
    GP("cli", do_cli),
    GP("sti", do_sti),
    GP("hlt", do_hlt),
    GP("lgdt", do_lgdt),
    GP("lidt", do_lidt),
    GP("lldt", do_lldt),
    GP("ltr", do_ltr),
    GP("invlpg", do_invlpg),
    GP("clts", do_clts),
    GP("lmsw", do_lmsw),
    GP("read cr0", read_cr0),
    GP("write cr0", write_cr0),
    GP("read cr3", read_cr3),
    GP("write cr3", write_cr3),
    GP("write cr4", write_cr4),
    GP("write dr7", write_dr7),
    GP("rdmsr", do_rdmsr),
    GP("wrmsr", do_wrmsr),
    GP("in", do_in),
    GP("out", do_out),
    GP("int 14", int_page_fault),
    GP("int 8", int_double_fault),
    GP("int 2", int_nmi),
    GP("int 0x20", int_line),
    GP("int 0xff", int_last),
    GP("kernel's ds", kernel_ds),
    GP("kernel's gs", kernel_gs),
    GP("kernel's ss", kernel_ss),
    GP("far jump", far_jump),
    GP("call of a task", call_tss),
    GP("far return", far_return),
    GP("iret to the kernel", forged_iret),
    GP("sysenter", do_sysenter),
    GP("sysexit", do_sysexit),
    { "ud2", do_ud2, SIGILL, "invalid opcode" },
    { "division by zero", divide, SIGFPE, "divide error" },
    { "int3", do_int3, SIGTRAP, "breakpoint" },
    { "into", do_into, SIGSEGV, "overflow" },
    { "single step", single_step, SIGTRAP, "debug exception" },
    { "x87 error", x87_error, SIGFPE, "x87 floating-point error" },
    { "popf", pop_flags, LIVES, NULL },
    { "nested task", nested_task, LIVES, NULL },
    { "no segments", no_segments, LIVES, NULL },
    { "return from no signal", return_from_nothing, SIGSEGV, NO_FRAME },
    { "forged cs", forge_cs, SIGSEGV, NO_FRAME },
    { "forged ss", forge_ss, SIGSEGV, NO_FRAME },
    { "forged ds", forge_ds, SIGSEGV, NO_FRAME },
    { "forged place of registers", forge_fp, SIGSEGV, NO_FRAME },
    { "forged pc", forge_pc, SIGSEGV, "tried to execute *, " OF_KERNEL },
    { "forged flags", forge_flags, LIVES, NULL },
    { "forged trap flag", forge_step, SIGTRAP, "debug exception" },
};
const size_t port_attack_count = sizeof(port_attacks) / sizeof(port_attacks[0]);
