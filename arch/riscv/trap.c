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
    [8] = { TRAP_UNKNOWN, 0, "environment call from U-mode" MANUAL },
    [9] = { TRAP_UNKNOWN, 0, "environment call from S-mode" MANUAL },
    [12] = { TRAP_PAGE_FAULT, PROT_X, "instruction page fault" MANUAL },
    [13] = { TRAP_PAGE_FAULT, PROT_R, "load page fault" MANUAL },
    [15] = { TRAP_PAGE_FAULT, PROT_W, "store or AMO page fault" MANUAL },
};

/* Each fills a slot, as every stack does: panic() looks at the top of it. */
static char emergency_stacks[MAX_CPUS][KSTACK_SLOT] __attribute__((aligned(KSTACK_SLOT)));

void riscv_trap_init(unsigned cpu)
{
    uintptr_t end = (uintptr_t)emergency_stacks + (cpu + 1) * sizeof(emergency_stacks[0]);
    csr_write(sscratch, end - KSTACK_RESERVED - sizeof(struct hal_frame));
    csr_write(stvec, riscv_trap_entry); /* direct mode: the low bits are zero */
}

/* entry.S calls this, and returns to the interrupted code when it returns. */
void riscv_trap(struct hal_frame *f, bool emergency)
{
    static const struct trap_info interrupt = { .kind = TRAP_IRQ };
    static const struct cause unknown = { TRAP_UNKNOWN, 0, "reserved exception" MANUAL };
    static const struct cause homeless = { TRAP_IRQ, 0, "interrupt" MANUAL };
    const struct cause *c = &unknown;
    if (f->scause & SCAUSE_INTERRUPT) {
        if (!emergency) {
            trap_dispatch(f, &interrupt);
            return;
        }
        c = &homeless;
    } else if (f->scause < ARRAY_SIZE(causes) && causes[f->scause].what != NULL) {
        c = &causes[f->scause];
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
