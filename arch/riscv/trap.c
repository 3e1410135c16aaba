/* trap.c - decodes traps; decides nothing (Privileged Architecture 12.1.8, table of scause values). */
#include <arch/frame.h>
#include <arch/riscv.h>
#include <arch/sysreg.h>
#include <hal/pte.h>
#include <kernel/entry.h>
#include <lib/util.h>

#define MANUAL " (Privileged Architecture 12.1.8)"

static const struct cause {
    enum trap_kind kind;
    unsigned prot;
    const char *what;
} causes[] = {
    [0] = { TRAP_ALIGNMENT, PROT_X, "instruction address misaligned" MANUAL },
    [1] = { TRAP_PAGE_FAULT, PROT_X, "instruction access fault" MANUAL },
    [2] = { TRAP_ILLEGAL, 0, "illegal instruction" MANUAL },
    [3] = { TRAP_BREAKPOINT, 0, "breakpoint" MANUAL },
    [4] = { TRAP_ALIGNMENT, PROT_R, "load address misaligned" MANUAL },
    [5] = { TRAP_PAGE_FAULT, PROT_R, "load access fault" MANUAL },
    [6] = { TRAP_ALIGNMENT, PROT_W, "store or AMO address misaligned" MANUAL },
    [7] = { TRAP_PAGE_FAULT, PROT_W, "store or AMO access fault" MANUAL },
    [8] = { TRAP_SYSCALL, 0, "environment call from U-mode" MANUAL },
    [9] = { TRAP_UNKNOWN, 0, "environment call from S-mode" MANUAL },
    [12] = { TRAP_PAGE_FAULT, PROT_X, "instruction page fault" MANUAL },
    [13] = { TRAP_PAGE_FAULT, PROT_R, "load page fault" MANUAL },
    [15] = { TRAP_PAGE_FAULT, PROT_W, "store or AMO page fault" MANUAL },
};

/* Page faults to the eye of somebody who debugs the kernel; no page will make them go away. */
enum { ACCESS_FAULTS = 1 << 1 | 1 << 5 | 1 << 7 };

/* Each fills a slot, as every stack does: panic() looks at the top of it. */
static char emergency_stacks[MAX_CPUS][KSTACK_SLOT] __attribute__((aligned(KSTACK_SLOT)));

void riscv_trap_init(unsigned cpu)
{
    uintptr_t end = (uintptr_t)emergency_stacks + (cpu + 1) * sizeof(emergency_stacks[0]);
    csr_write(sscratch, (struct riscv_hart *)(end - KSTACK_RESERVED) - 1);
    csr_write(stvec, riscv_trap_entry); /* direct mode: the low bits are zero */
    csr_write(scounteren, SCOUNTEREN_TM); /* programs may read the time, as on Linux no more */
}

static const struct cause *cause_of(const struct hal_frame *f)
{
    static const struct cause unknown = { TRAP_UNKNOWN, 0, "reserved exception" MANUAL };
    bool known = f->scause < ARRAY_SIZE(causes) && causes[f->scause].what != NULL;
    return known ? &causes[f->scause] : &unknown;
}

/* entry.S calls this, and returns to the interrupted code when it returns. */
void riscv_trap(struct hal_frame *f, bool emergency)
{
    static const struct trap_info interrupt = { .kind = TRAP_IRQ };
    static const struct cause homeless = { TRAP_IRQ, 0, "interrupt" MANUAL };
    const struct cause *c = &homeless;
    if ((f->scause & SCAUSE_INTERRUPT) == 0) {
        c = cause_of(f);
    } else if (!emergency) {
        trap_dispatch(f, &interrupt);
        return;
    }
    struct trap_info t = {
        .kind = c->kind,
        .emergency = emergency,
        .prot = c->prot,
        .addr = f->stval,
        .code = f->scause,
        .what = c->what,
    };
    trap_dispatch(f, &t);
}

/* The same, from user mode and back. */
void riscv_user_trap(struct hal_frame *f)
{
    static const struct trap_info call = { .kind = TRAP_SYSCALL, .from_user = true };
    static const struct trap_info interrupt = { .kind = TRAP_IRQ, .from_user = true };
    if (f->scause == SCAUSE_USER_ECALL) {
        f->sepc += 4;
        trap_dispatch(f, &call);
        return;
    }
    if (f->scause & SCAUSE_INTERRUPT) {
        trap_dispatch(f, &interrupt);
        return;
    }
    const struct cause *c = cause_of(f);
    struct trap_info t = {
        .kind = c->kind,
        .from_user = true,
        .prot = c->prot,
        .addr = f->stval,
        .code = f->scause,
        .what = c->what,
    };
    if (c->kind == TRAP_ILLEGAL && riscv_has_fpu && (f->sstatus & SSTATUS_FS) == 0)
        t.kind = TRAP_FPU; /* if it was something else, it comes again */
    else if (c->kind == TRAP_PAGE_FAULT && (ACCESS_FAULTS >> f->scause & 1) != 0)
        t.kind = TRAP_UNKNOWN;
    trap_dispatch(f, &t);
}
