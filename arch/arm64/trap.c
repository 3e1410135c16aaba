/* trap.c - decodes traps; decides nothing (Arm ARM D17.2.37, ESR_EL1: exception class and fault status). */
#include <arch/arm64.h>
#include <arch/frame.h>
#include <arch/sysreg.h>
#include <hal/pte.h>
#include <kernel/entry.h>
#include <lib/util.h>

#define MANUAL " (Arm ARM D17.2.37)"

enum { EC_SHIFT = 26, EC_MASK = 0x3f, FSC_MASK = 0x3f, FSC_ALIGNMENT = 0x21 };
enum { FSC_TABLES = 0x04, FSC_TABLES_END = 0x10 }; /* what page tables refuse */
enum { DATA_WRITE = 1 << 6, DATA_CACHE = 1 << 8 }; /* a write; but cache maintenance says so, too */
enum { EC_FPU = 0x07, EC_CALL = 0x15 };
enum { EC_CODE_USER = 0x20, EC_CODE = 0x21, EC_DATA_USER = 0x24, EC_DATA = 0x25, EC_STACK = 0x26 };

static const struct cause {
    enum trap_kind kind;
    unsigned prot;
    const char *what;
} causes[] = {
    [0x00] = { TRAP_ILLEGAL, 0, "undefined instruction" MANUAL },
    [0x01] = { TRAP_ILLEGAL, 0, "trapped wfi or wfe" MANUAL },
    [0x07] = { TRAP_ILLEGAL, 0, "floating-point or SIMD instruction while these are off" MANUAL },
    [0x0e] = { TRAP_ILLEGAL, 0, "illegal execution state" MANUAL },
    [0x15] = { TRAP_UNKNOWN, 0, "supervisor call" MANUAL },
    [0x16] = { TRAP_UNKNOWN, 0, "hypervisor call" MANUAL },
    [0x17] = { TRAP_UNKNOWN, 0, "secure monitor call" MANUAL },
    [0x18] = { TRAP_ILLEGAL, 0, "trapped system instruction" MANUAL },
    [0x20] = { TRAP_PAGE_FAULT, PROT_X, "instruction abort in user mode" MANUAL },
    [0x21] = { TRAP_PAGE_FAULT, PROT_X, "instruction abort" MANUAL },
    [0x22] = { TRAP_ALIGNMENT, PROT_X, "program counter misaligned" MANUAL },
    [0x24] = { TRAP_PAGE_FAULT, PROT_R, "data abort in user mode" MANUAL },
    [0x25] = { TRAP_PAGE_FAULT, PROT_R, "data abort" MANUAL },
    [0x26] = { TRAP_ALIGNMENT, PROT_R, "stack pointer misaligned" MANUAL },
    [0x2c] = { TRAP_ARITHMETIC, 0, "floating-point exception" MANUAL },
    [0x2f] = { TRAP_UNKNOWN, 0, "system error" MANUAL },
    [0x30] = { TRAP_BREAKPOINT, 0, "hardware breakpoint in user mode" MANUAL },
    [0x31] = { TRAP_BREAKPOINT, 0, "hardware breakpoint" MANUAL },
    [0x32] = { TRAP_BREAKPOINT, 0, "single step in user mode" MANUAL },
    [0x33] = { TRAP_BREAKPOINT, 0, "single step" MANUAL },
    [0x34] = { TRAP_BREAKPOINT, 0, "watchpoint in user mode" MANUAL },
    [0x35] = { TRAP_BREAKPOINT, 0, "watchpoint" MANUAL },
    [0x3c] = { TRAP_BREAKPOINT, 0, "breakpoint" MANUAL },
};

/* clang-format off */
/* Levels as the manual counts them: 1 is the top table here, 3 has the pages. */
#define LEVELS(first, text)                                                                                \
    [first] = text ", level 0" MANUAL, [(first) + 1] = text ", level 1" MANUAL,                            \
    [(first) + 2] = text ", level 2" MANUAL, [(first) + 3] = text ", level 3" MANUAL

#define FAULTS(access)                                                                                     \
    {                                                                                                      \
        LEVELS(0x00, access "address size fault"), LEVELS(0x04, access "translation fault"),               \
        LEVELS(0x08, access "access flag fault"), LEVELS(0x0c, access "permission fault"),                 \
        LEVELS(0x14, access "external abort on the walk"), LEVELS(0x1c, access "memory error on the walk"), \
        [0x10] = access "external abort: nothing answers there" MANUAL,                                    \
        [0x18] = access "memory error (parity or ECC)" MANUAL,                                             \
        [FSC_ALIGNMENT] = access "alignment fault" MANUAL,                                                 \
        [0x30] = access "two entries in the TLB" MANUAL,                                                   \
        [0x35] = access "exclusive or atomic access to memory that has none" MANUAL,                       \
    }

/* clang-format on */
static const char *const instruction_faults[FSC_MASK + 1] = FAULTS("instruction abort: ");
static const char *const data_faults[FSC_MASK + 1] = FAULTS("data abort: ");

#define VECTOR_MANUAL " (Arm ARM D1.3, exception vectors)"

static const char *const vectors[VECTORS] = {
    "synchronous exception on the stack of user mode" VECTOR_MANUAL,
    "IRQ on the stack of user mode" VECTOR_MANUAL,
    "FIQ on the stack of user mode" VECTOR_MANUAL,
    "system error on the stack of user mode" VECTOR_MANUAL,
    [VECTOR_IRQ] = "IRQ" VECTOR_MANUAL, /* and no room for it */
    "unexpected FIQ" VECTOR_MANUAL,
    "unexpected system error" VECTOR_MANUAL,
    [VECTOR_USER_IRQ + 1] = "unexpected FIQ in user mode" VECTOR_MANUAL,
    "unexpected system error in user mode" VECTOR_MANUAL,
    "synchronous exception in 32-bit user mode, which there is not" VECTOR_MANUAL,
    "IRQ in 32-bit user mode, which there is not" VECTOR_MANUAL,
    "FIQ in 32-bit user mode, which there is not" VECTOR_MANUAL,
    "system error in 32-bit user mode, which there is not" VECTOR_MANUAL,
};

void arm64_trap_init(void)
{
    sysreg_write(vbar_el1, arm64_vectors);
    __asm__ volatile("isb" : : : "memory");
}

static void decode_abort(struct trap_info *t, const char *const faults[])
{
    unsigned fsc = t->code & FSC_MASK;
    if (fsc == FSC_ALIGNMENT)
        t->kind = TRAP_ALIGNMENT;
    else if (fsc < FSC_TABLES || fsc >= FSC_TABLES_END)
        t->kind = TRAP_UNKNOWN; /* no entry of ours would help */
    if (faults[fsc] != NULL)
        t->what = faults[fsc];
}

static void decode(struct trap_info *t, const struct hal_frame *f)
{
    static const struct cause unknown = { TRAP_UNKNOWN, 0, "reserved exception" MANUAL };
    unsigned class = f->esr >> EC_SHIFT & EC_MASK;
    bool known = class < ARRAY_SIZE(causes) && causes[class].what != NULL;
    const struct cause *c = known ? &causes[class] : &unknown;
    t->kind = c->kind;
    t->prot = c->prot;
    t->what = c->what;
    if (class == EC_CODE_USER || class == EC_CODE)
        decode_abort(t, instruction_faults);
    if (class == EC_DATA_USER || class == EC_DATA) {
        t->prot = (f->esr & (DATA_WRITE | DATA_CACHE)) == DATA_WRITE ? PROT_W : PROT_R;
        decode_abort(t, data_faults);
    }
    if (class == EC_STACK)
        t->addr = f->sp; /* the hardware does not say */
    else if (c->kind == TRAP_PAGE_FAULT || c->kind == TRAP_ALIGNMENT)
        t->addr = f->far;
}

static __attribute__((noinline)) void exception(struct hal_frame *f, unsigned vector)
{
    struct trap_info t = {
        .kind = TRAP_UNKNOWN,
        .from_user = vector >= VECTOR_USER && vector < VECTORS,
        .emergency = vector >= VECTOR_EMERGENCY,
        .code = f->esr,
        .what = vectors[vector % VECTORS],
    };
    if (vector % VECTORS == VECTOR_SYNC || vector == VECTOR_USER_SYNC)
        decode(&t, f);
    trap_dispatch(f, &t);
}

/* What programs do all the time, first. */
static void user_sync(struct hal_frame *f)
{
    static const struct trap_info call = { .kind = TRAP_SYSCALL, .from_user = true, .what = "svc" MANUAL };
    static const struct trap_info fpu = { .kind = TRAP_FPU, .from_user = true, .what = "FPU off" MANUAL };
    unsigned class = f->esr >> EC_SHIFT & EC_MASK;
    if (class == EC_CALL)
        trap_dispatch(f, &call);
    else if (class == EC_FPU)
        trap_dispatch(f, &fpu);
    else
        exception(f, VECTOR_USER_SYNC);
}

/* entry.S calls this, and returns to the interrupted code when it returns. */
void arm64_trap(struct hal_frame *f, unsigned vector)
{
    static const struct trap_info interrupt = { .kind = TRAP_IRQ };
    static const struct trap_info user_interrupt = { .kind = TRAP_IRQ, .from_user = true };
    if (vector == VECTOR_USER_SYNC)
        user_sync(f);
    else if (vector == VECTOR_IRQ)
        trap_dispatch(f, &interrupt);
    else if (vector == VECTOR_USER_IRQ)
        trap_dispatch(f, &user_interrupt);
    else
        exception(f, vector);
}
