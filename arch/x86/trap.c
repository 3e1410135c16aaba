/* trap.c - decodes traps; decides nothing (Intel SDM vol. 3A 6.15, exception and interrupt reference). */
#include <arch/frame.h>
#include <arch/segments.h>
#include <arch/sysreg.h>
#include <arch/x86.h>
#include <kernel/config.h>
#include <kernel/entry.h>
#include <lib/util.h>

#define MANUAL " (Intel SDM vol. 3A 6.15)"

enum { NO_FPU = 7, DOUBLE_FAULT = 8, PAGE_FAULT = 14 };
enum { PF_PRESENT = 1 << 0, PF_WRITE = 1 << 1, PF_RESERVED = 1 << 3, PF_FETCH = 1 << 4 };

/* The code in trap_info: the vector above the CPU's error code. */
#define CODE_VECTOR_SHIFT 16

static const struct cause {
    enum trap_kind kind;
    const char *what;
} causes[X86_EXCEPTIONS] = {
    [0] = { TRAP_ARITHMETIC, "divide error" MANUAL },
    [1] = { TRAP_BREAKPOINT, "debug exception" MANUAL },
    [2] = { TRAP_UNKNOWN, "non-maskable interrupt" MANUAL },
    [3] = { TRAP_BREAKPOINT, "breakpoint" MANUAL },
    [4] = { TRAP_UNKNOWN, "overflow" MANUAL },
    [5] = { TRAP_UNKNOWN, "bound range exceeded" MANUAL },
    [6] = { TRAP_ILLEGAL, "invalid opcode" MANUAL },
    [NO_FPU] = { TRAP_ILLEGAL, "floating point, which the kernel does not use" MANUAL },
    [DOUBLE_FAULT] = { TRAP_UNKNOWN, "double fault" MANUAL },
    [10] = { TRAP_UNKNOWN, "invalid TSS" MANUAL },
    [11] = { TRAP_UNKNOWN, "segment not present" MANUAL },
    [12] = { TRAP_UNKNOWN, "stack segment fault" MANUAL },
    [13] = { TRAP_UNKNOWN, "general protection" MANUAL },
    [PAGE_FAULT] = { TRAP_PAGE_FAULT, "page fault" MANUAL },
    [16] = { TRAP_ARITHMETIC, "x87 floating-point error" MANUAL },
    [17] = { TRAP_ALIGNMENT, "alignment check" MANUAL },
    [18] = { TRAP_UNKNOWN, "machine check" MANUAL },
    [19] = { TRAP_ARITHMETIC, "SIMD floating-point error" MANUAL },
    [20] = { TRAP_UNKNOWN, "virtualization exception" MANUAL },
    [21] = { TRAP_UNKNOWN, "control protection" MANUAL },
};

void x86_trap_init(void)
{
    x86_segments_init(0, (uintptr_t)x86_boot_stack + KSTACK_SLOT - KSTACK_RESERVED);
}

/* What was tried. A CPU without NX does not tell a fetch from a read, but the addresses do. */
static void decode_page_fault(const struct hal_frame *f, struct trap_info *t)
{
    if (f->error & PF_FETCH || t->addr == f->eip) {
        t->prot = PROT_X;
        t->what = "page fault on instruction fetch" MANUAL;
    } else if (f->error & PF_WRITE) {
        t->prot = PROT_W;
        t->what = "page fault on write" MANUAL;
    } else {
        t->prot = PROT_R;
        t->what = "page fault on read" MANUAL;
    }
    if (f->error & PF_RESERVED)
        t->what = "page fault: reserved bit set in a page-table entry" MANUAL;
}

/* If the fault behind this one is where the CPU wanted to push, then there was no stack. */
static void decode_double_fault(const struct hal_frame *f, struct trap_info *t)
{
    if (((f->esp - sizeof(f->eflags)) ^ t->addr) / PAGE_SIZE != 0)
        return;
    t->kind = TRAP_PAGE_FAULT;
    t->prot = PROT_W;
    t->what = "double fault: no stack to push on" MANUAL;
}

/* Not an interrupt. Apart from x86_trap(), so that an interrupt does not pay for what only this needs. */
static __attribute__((noinline)) void exception(struct hal_frame *f, bool emergency)
{
    struct trap_info t = {
        .kind = TRAP_UNKNOWN,
        .from_user = x86_from_user(f) && !emergency,
        .emergency = emergency,
        .code = f->vector << CODE_VECTOR_SHIFT | f->error,
        .what = "unexpected interrupt vector" MANUAL,
    };
    if (f->vector < X86_EXCEPTIONS) {
        static const struct cause unknown = { TRAP_UNKNOWN, "reserved exception" MANUAL };
        const struct cause *c = causes[f->vector].what != NULL ? &causes[f->vector] : &unknown;
        t.kind = c->kind;
        t.what = c->what;
        if (f->vector == PAGE_FAULT || f->vector == DOUBLE_FAULT)
            t.addr = cr_read(cr2);
        if (f->vector == PAGE_FAULT)
            decode_page_fault(f, &t);
        else if (f->vector == DOUBLE_FAULT)
            decode_double_fault(f, &t);
        else if (f->vector == NO_FPU && t.from_user)
            t.kind = TRAP_FPU;
        if (f->vector == PAGE_FAULT && t.from_user && !(f->error & PF_PRESENT) && x86_mmu_reload())
            return;
    }
    trap_dispatch(f, &t);
}

/* entry.asm calls this, and returns to the interrupted code when it returns. */
void x86_trap(struct hal_frame *f, bool emergency)
{
    static const struct trap_info call = {
        .kind = TRAP_SYSCALL,
        .from_user = true,
        .what = "system call (Intel SDM vol. 2A INT n)",
    };
    static const struct trap_info interrupt[2] = {
        { .kind = TRAP_IRQ },
        { .kind = TRAP_IRQ, .from_user = true },
    };
    if (f->vector == X86_VECTOR_SYSCALL && x86_from_user(f))
        trap_dispatch(f, &call);
    else if (f->vector - X86_VECTOR_LINES < X86_LINES)
        trap_dispatch(f, &interrupt[x86_from_user(f)]);
    else
        exception(f, emergency);
}
