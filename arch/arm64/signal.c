/*
 * signal.c - Linux's frame of a signal on AArch64: there asm/sigcontext.h and asm/ucontext.h.
 *
 * A program may look at the whole of Linux's structure, whose last 4096 bytes are records; so that much is
 * left free below its sp. Written are the records that there are: the floating-point registers, and the end.
 * Behind the end lies what the handler's frame pointer points to, for who walks the stack.
 */
#include <arch/frame.h>
#include <arch/sysreg.h>
#include <arch/user.h>
#include <hal/signal.h>
#include <lib/string.h>
#include <lib/util.h>
#include <uapi/errno.h>

enum { REGS = 31, FPSIMD_MAGIC = 0x46508001, RECORDS_SIZE = 4096, STACK_ALIGN = 16 };

struct record {
    uint32_t magic, size; /* 0, 0: the end */
};

struct fpsimd {
    struct record head;
    struct arm64_fpu fpu;
};

struct sigframe {
    struct siginfo info;
    struct {
        unsigned long flags, link;
        struct sigaltstack stack;
        uint64_t mask;
        unsigned char unused[120];
        unsigned long pad; /* the rest is 16-byte aligned */
        uint64_t fault_address;
        uint64_t regs[REGS];
        uint64_t sp, pc, pstate;
        uint64_t pad2; /* the records, too */
        struct fpsimd fpsimd;
        struct record end;
        struct record unused_end;
    } uc;
    uint64_t fp, lr;
};

#define RECORDS offsetof(struct sigframe, uc.fpsimd)

_Static_assert(offsetof(struct sigframe, uc) == 128 && offsetof(struct sigframe, uc.stack) == 128 + 16 &&
                   offsetof(struct sigframe, uc.mask) == 128 + 40 &&
                   offsetof(struct sigframe, uc.fault_address) == 128 + 176 &&
                   offsetof(struct sigframe, uc.regs) == 128 + 184 && RECORDS == 128 + 176 + 288,
               "Linux's layout");
_Static_assert(sizeof(struct fpsimd) == 528 && sizeof(struct sigframe) <= HAL_SIGFRAME_MOST,
               "Linux's layout");

_Static_assert(offsetof(struct hal_frame, x0) == 0 &&
                   offsetof(struct hal_frame, x30) == (REGS - 1) * sizeof(uint64_t),
               "registers lie in a row");

/* Of a fault: where. */
static uintptr_t fault_address(const struct siginfo *info)
{
    bool fault = info->si_signo == SIGSEGV || info->si_signo == SIGBUS || info->si_signo == SIGILL ||
                 info->si_signo == SIGTRAP || info->si_signo == SIGFPE;
    return fault && info->si_code > 0 ? (uintptr_t)info->si_addr : 0;
}

size_t hal_signal_push(void *buf, uintptr_t sp, uintptr_t *at, const struct hal_handler *h,
                       struct hal_frame *f, struct hal_user *u)
{
    struct sigframe *s = buf;
    *at = align_down(sp - RECORDS - RECORDS_SIZE, STACK_ALIGN);
    memset(s, 0, sizeof(*s));
    s->info = *h->info;
    s->uc.stack.ss_sp = h->stack->ss_sp; /* not what lies between them */
    s->uc.stack.ss_flags = h->stack->ss_flags;
    s->uc.stack.ss_size = h->stack->ss_size;
    s->uc.mask = h->mask;
    s->uc.fault_address = fault_address(h->info);
    memcpy(s->uc.regs, f, sizeof(s->uc.regs));
    s->uc.sp = f->sp;
    s->uc.pc = f->elr;
    s->uc.pstate = f->spsr & SPSR_NZCV;
    s->uc.fpsimd.head = (struct record){ FPSIMD_MAGIC, sizeof(struct fpsimd) };
    s->uc.fpsimd.fpu = u->fpu;
    s->fp = f->x29;
    s->lr = f->x30;

    f->x0 = (unsigned long)h->signo;
    f->x1 = *at + offsetof(struct sigframe, info);
    f->x2 = *at + offsetof(struct sigframe, uc);
    f->x29 = *at + offsetof(struct sigframe, fp);
    f->x30 = h->restorer;
    f->sp = *at;
    f->elr = h->pc;
    return sizeof(*s);
}

uintptr_t hal_signal_frame(const struct hal_frame *f, bool rt, size_t *size)
{
    (void)rt;
    *size = sizeof(struct sigframe);
    return f->sp;
}

/* Is it a state of user mode, and in the form that we write? The handler had it in hand. */
static bool valid(const struct sigframe *s, const struct hal_frame *f)
{
    return is_aligned(f->sp, STACK_ALIGN) && (s->uc.pstate & (SPSR_MODE | SPSR_DAIF)) == 0 &&
           s->uc.fpsimd.head.magic == FPSIMD_MAGIC && s->uc.fpsimd.head.size == sizeof(struct fpsimd) &&
           s->uc.end.magic == 0 && s->uc.end.size == 0;
}

int hal_signal_pop(const void *buf, bool rt, struct hal_frame *f, struct hal_user *u, uint64_t *mask,
                   struct sigaltstack *stack)
{
    const struct sigframe *s = buf;
    (void)rt;
    if (!valid(s, f))
        return -EINVAL;
    memcpy(f, s->uc.regs, sizeof(s->uc.regs));
    f->sp = s->uc.sp;
    f->elr = s->uc.pc;
    f->spsr = SPSR_USER | (s->uc.pstate & SPSR_NZCV);
    u->fpu = s->uc.fpsimd.fpu;
    *mask = s->uc.mask;
    *stack = s->uc.stack;
    return 0;
}
