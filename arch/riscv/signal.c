/*
 * signal.c - the frame of a signal handler, as Linux lays it out for RV64 (arch/riscv/include/uapi/asm:
 * ucontext.h, sigcontext.h, ptrace.h).
 *
 * sigreturn takes the registers of a program from it, and nothing else: sstatus is not in it.
 */
#include <arch/frame.h>
#include <arch/user.h>
#include <hal/signal.h>
#include <lib/string.h>

enum { REGISTERS = 31, FCSR_BITS = 0xff };

struct signal_frame {
    struct siginfo info;
    struct ucontext {
        unsigned long flags, link;
        struct sigaltstack stack;
        uint64_t mask;
        uint64_t unused[15]; /* room for a mask of 1024 signals */
        uint64_t align;
        unsigned long pc, x[REGISTERS]; /* x1 to x31 */
        uint64_t f[32];
        uint32_t fcsr;
        uint32_t more[67]; /* room for registers of 128 bits; 0 */
    } uc;
};

_Static_assert(offsetof(struct ucontext, pc) == 176, "as in Linux");
_Static_assert(sizeof(struct ucontext) == 176 + 256 + 528, "as in Linux");
_Static_assert(sizeof(struct signal_frame) % 16 == 0, "the stack stays 16-byte aligned");
_Static_assert(sizeof(struct signal_frame) <= HAL_SIGFRAME_MOST, "it fits");
_Static_assert(offsetof(struct hal_frame, t6) == (REGISTERS - 1) * sizeof(long), "x1 to x31 come first");

size_t hal_signal_push(void *buf, uintptr_t sp, uintptr_t *at, const struct hal_handler *h,
                       struct hal_frame *f, struct hal_user *u)
{
    struct signal_frame *s = buf;
    uintptr_t place = (sp - sizeof(*s)) & ~(uintptr_t)15;
    memset(s, 0, sizeof(*s));
    s->info = *h->info;
    s->uc.stack = *h->stack;
    s->uc.mask = h->mask;
    s->uc.pc = f->sepc;
    memcpy(s->uc.x, f, sizeof(s->uc.x));
    memcpy(s->uc.f, u->f, sizeof(s->uc.f));
    s->uc.fcsr = u->fcsr;

    f->sepc = h->pc;
    f->ra = h->restorer;
    f->sp = place;
    f->a0 = (unsigned long)h->signo;
    f->a1 = place + offsetof(struct signal_frame, info);
    f->a2 = place + offsetof(struct signal_frame, uc);
    *at = place;
    return sizeof(*s);
}

uintptr_t hal_signal_frame(const struct hal_frame *f, bool rt, size_t *size)
{
    (void)rt; /* this machine has no other */
    *size = sizeof(struct signal_frame);
    return f->sp;
}

int hal_signal_pop(const void *buf, bool rt, struct hal_frame *f, struct hal_user *u, uint64_t *mask,
                   struct sigaltstack *stack)
{
    (void)rt;
    const struct signal_frame *s = buf;
    f->sepc = s->uc.pc;
    memcpy(f, s->uc.x, sizeof(s->uc.x));
    memcpy(u->f, s->uc.f, sizeof(u->f));
    u->fcsr = s->uc.fcsr & FCSR_BITS;
    *mask = s->uc.mask;
    *stack = s->uc.stack;
    return 0;
}

const unsigned char hal_signal_code[] = {
    0x93, 0x08, 0xb0, 0x08, /* li a7, 139: rt_sigreturn */
    0x73, 0x00, 0x00, 0x00, /* ecall */
};
const size_t hal_signal_code_size = sizeof(hal_signal_code);
