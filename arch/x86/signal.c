/*
 * signal.c - the frame that a signal handler runs on, as Linux lays it out for i386.
 *
 * Behind either kind of frame, at the next address that is right for FXSAVE, lie the floating-point
 * registers, twice: as FNSAVE would write them, and behind that as FXSAVE does. A handler that changes the
 * x87's does so in the first, and that one counts.
 */
#include <arch/frame.h>
#include <arch/user.h>
#include <hal/signal.h>
#include <lib/string.h>
#include <lib/util.h>
#include <uapi/errno.h>

struct sigcontext {
    uint16_t gs, gs_high, fs, fs_high, es, es_high, ds, ds_high;
    uint32_t edi, esi, ebp, esp, ebx, edx, ecx, eax;
    uint32_t trap, error, eip;
    uint16_t cs, cs_high;
    uint32_t eflags, esp_at_signal;
    uint16_t ss, ss_high;
    uint32_t fp; /* address; 0: floating point as when a program begins */
    uint32_t mask, cr2;
};

struct fnsave { /* Intel SDM vol. 1 figure 8-9; status and magic are Linux's */
    uint32_t control, status, tags, ip, cs_opcode, data, ds;
    uint8_t st[X86_FP_REGS][10];
    uint16_t status_again, magic; /* magic: 0 if FXSAVE's follows */
};

struct plain_frame {
    uint32_t restorer, signo;
    struct sigcontext context;
    uint8_t unused[624]; /* here the floating-point registers once were */
    uint32_t mask_high;
    uint8_t code[8]; /* nobody executes it; debuggers know a signal frame by it */
};

struct rt_frame {
    uint32_t restorer, signo, info_at, ucontext_at;
    uint8_t info[128];
    struct {
        uint32_t flags, link;
        uint32_t stack_sp, stack_flags, stack_size;
        struct sigcontext context;
        uint32_t mask[2];
    } ucontext;
    uint8_t code[8];
};

_Static_assert(sizeof(struct sigcontext) == 88 && sizeof(struct fnsave) == 112, "as Linux has them");
_Static_assert(sizeof(struct plain_frame) == 732 && sizeof(struct rt_frame) == 268, "as Linux has them");

enum { FX_ALIGN = 64, FRAME_ALIGN = 16 };
enum { FRAMES_MOST = sizeof(struct plain_frame) + sizeof(struct fnsave) + sizeof(struct x86_fx) + FX_ALIGN };
_Static_assert(FRAMES_MOST <= HAL_SIGFRAME_MOST, "it has to fit");

enum { VECTOR_PAGE_FAULT = 14, EXCEPTIONS = 32 };
enum { FNSAVE_HIGH = 0xffff0000u }; /* of its words of 16 bits */
enum { TOP_SHIFT = 11, TAG_VALID = 0, TAG_ZERO = 1, TAG_SPECIAL = 2, TAG_EMPTY = 3 };

/* What a handler may change for the code below it: AC OF DF TF SF ZF AF PF CF. */
enum { FLAGS_PROGRAM = 0x40dd5, FLAGS_DF = 1 << 10, FLAGS_TF = 1 << 8, FLAGS_RF = 1 << 16 };

const unsigned char hal_signal_code[] = { 0xb8, 173, 0, 0, 0, 0xcd, 0x80 }; /* mov eax, 173; int 0x80 */
const size_t hal_signal_code_size = sizeof(hal_signal_code);

static const uint8_t plain_code[8] = { 0x58, 0xb8, 119, 0, 0, 0, 0xcd, 0x80 }; /* pop eax; mov; int 0x80 */

static size_t frame_size(bool rt)
{
    return rt ? sizeof(struct rt_frame) : sizeof(struct plain_frame);
}

/* Of a frame at that address: how far behind its beginning is what FXSAVE writes. */
static size_t fx_offset(uintptr_t at, bool rt)
{
    return align_up(at + frame_size(rt) + sizeof(struct fnsave), FX_ALIGN) - at;
}

/* The tag of a register that is in use (SDM vol. 1 8.1.7): sign and exponent are its last two bytes. */
static uint32_t tag_of(const uint8_t *st)
{
    uint32_t exponent = (uint32_t)(st[9] & 0x7f) << 8 | st[8];
    uint8_t fraction = 0;
    for (unsigned i = 0; i < 8; i++)
        fraction |= st[i];
    if (exponent == 0)
        return fraction == 0 ? TAG_ZERO : TAG_SPECIAL;
    return exponent != 0x7fff && (st[7] & 0x80) != 0 ? TAG_VALID : TAG_SPECIAL;
}

static void fnsave_from_fx(struct fnsave *to, const struct x86_fx *fx)
{
    unsigned top = fx->status >> TOP_SHIFT;
    *to = (struct fnsave){
        .control = fx->control | FNSAVE_HIGH,
        .status = fx->status | FNSAVE_HIGH,
        .tags = FNSAVE_HIGH,
        .ip = fx->ip,
        .cs_opcode = fx->cs | (uint32_t)fx->opcode << 16,
        .data = fx->data,
        .ds = fx->ds | FNSAVE_HIGH,
        .status_again = fx->status,
    };
    for (unsigned i = 0; i < X86_FP_REGS; i++) {
        unsigned reg = (top + i) % X86_FP_REGS; /* tags count registers, and the others from the top */
        uint32_t tag = fx->tags & 1u << reg ? tag_of(fx->st[i]) : TAG_EMPTY;
        to->tags |= tag << 2 * reg;
        memcpy(to->st[i], fx->st[i], sizeof(to->st[i]));
    }
}

static void fx_from_fnsave(struct x86_fx *to, const struct fnsave *from)
{
    to->control = (uint16_t)from->control;
    to->status = (uint16_t)from->status;
    to->tags = 0;
    to->ip = from->ip;
    to->cs = (uint16_t)from->cs_opcode;
    to->opcode = (uint16_t)(from->cs_opcode >> 16);
    to->data = from->data;
    to->ds = (uint16_t)from->ds;
    for (unsigned i = 0; i < X86_FP_REGS; i++) {
        if ((from->tags >> 2 * i & 3) != TAG_EMPTY)
            to->tags |= (uint8_t)(1u << i);
        memcpy(to->st[i], from->st[i], sizeof(from->st[i]));
    }
}

static void write_context(struct sigcontext *c, const struct hal_handler *h, const struct hal_frame *f)
{
    bool fault = f->vector < EXCEPTIONS;
    *c = (struct sigcontext){
        .gs = (uint16_t)f->gs,
        .fs = (uint16_t)f->fs,
        .es = (uint16_t)f->es,
        .ds = (uint16_t)f->ds,
        .edi = (uint32_t)f->edi,
        .esi = (uint32_t)f->esi,
        .ebp = (uint32_t)f->ebp,
        .esp = (uint32_t)f->user_esp,
        .ebx = (uint32_t)f->ebx,
        .edx = (uint32_t)f->edx,
        .ecx = (uint32_t)f->ecx,
        .eax = (uint32_t)f->eax,
        .trap = fault ? (uint32_t)f->vector : 0,
        .error = fault ? (uint32_t)f->error : 0,
        .eip = (uint32_t)f->eip,
        .cs = (uint16_t)f->cs,
        .eflags = (uint32_t)f->eflags,
        .esp_at_signal = (uint32_t)f->user_esp,
        .ss = (uint16_t)f->user_ss,
        .mask = (uint32_t)h->mask,
        .cr2 = f->vector == VECTOR_PAGE_FAULT ? (uint32_t)(uintptr_t)h->info->si_addr : 0,
    };
}

static struct sigcontext *write_plain(struct plain_frame *to, const struct hal_handler *h)
{
    to->restorer = (uint32_t)h->restorer;
    to->signo = (uint32_t)h->signo;
    to->mask_high = (uint32_t)(h->mask >> 32);
    memcpy(to->code, plain_code, sizeof(plain_code));
    return &to->context;
}

static struct sigcontext *write_rt(struct rt_frame *to, uintptr_t at, const struct hal_handler *h)
{
    to->restorer = (uint32_t)h->restorer;
    to->signo = (uint32_t)h->signo;
    to->info_at = (uint32_t)(at + offsetof(struct rt_frame, info));
    to->ucontext_at = (uint32_t)(at + offsetof(struct rt_frame, ucontext));
    memcpy(to->info, h->info, sizeof(to->info));
    to->ucontext.stack_sp = (uint32_t)(uintptr_t)h->stack->ss_sp;
    to->ucontext.stack_flags = (uint32_t)h->stack->ss_flags;
    to->ucontext.stack_size = (uint32_t)h->stack->ss_size;
    to->ucontext.mask[0] = (uint32_t)h->mask;
    to->ucontext.mask[1] = (uint32_t)(h->mask >> 32);
    memcpy(to->code, hal_signal_code, sizeof(hal_signal_code));
    return &to->ucontext.context;
}

/* sp may be anything: what is then too low, the program has no memory at, and the core finds that out. */
size_t hal_signal_push(void *buf, uintptr_t sp, uintptr_t *at, const struct hal_handler *h,
                       struct hal_frame *f, struct hal_user *u)
{
    uintptr_t fx_at = align_down(sp - sizeof(struct x86_fx), FX_ALIGN);
    uintptr_t below = fx_at - sizeof(struct fnsave) - frame_size(h->rt);
    *at = align_down(below + sizeof(uint32_t), FRAME_ALIGN) - sizeof(uint32_t); /* as behind a call */
    size_t fx = fx_offset(*at, h->rt), size = fx + sizeof(struct x86_fx);
    memset(buf, 0, size);
    struct sigcontext *c = h->rt ? write_rt(buf, *at, h) : write_plain(buf, h);
    write_context(c, h, f);
    c->fp = (uint32_t)(*at + fx - sizeof(struct fnsave));
    fnsave_from_fx((struct fnsave *)((uint8_t *)buf + fx) - 1, &u->fx);
    memcpy((uint8_t *)buf + fx, &u->fx, sizeof(u->fx));
    x86_fp_init(u); /* a function finds the x87's stack empty */

    /* Arguments lie on the stack; in registers for a handler with regparm. */
    f->eax = (unsigned long)h->signo;
    f->edx = h->rt ? *at + offsetof(struct rt_frame, info) : 0;
    f->ecx = h->rt ? *at + offsetof(struct rt_frame, ucontext) : 0;
    f->eip = h->pc;
    f->user_esp = *at;
    f->eflags &= ~(unsigned long)(FLAGS_DF | FLAGS_TF | FLAGS_RF);
    f->ds = f->es = f->user_ss = SEG_USER_DATA;
    f->cs = SEG_USER_CODE;
    return size;
}

/* The handler's return has taken the restorer's address; and the restorer of a plain frame takes signo. */
uintptr_t hal_signal_frame(const struct hal_frame *f, bool rt, size_t *size)
{
    uintptr_t at = f->user_esp - (rt ? sizeof(uint32_t) : 2 * sizeof(uint32_t));
    *size = fx_offset(at, rt) + sizeof(struct x86_fx);
    return at;
}

static bool may_have(const struct sigcontext *c, const struct hal_user *u)
{
    return c->cs == SEG_USER_CODE && x86_stack_selector_ok(u, c->ss) && x86_selector_ok(u, c->ds) &&
           x86_selector_ok(u, c->es) && x86_selector_ok(u, c->fs) && x86_selector_ok(u, c->gs);
}

/* Of another privilege than the program's only 0 remains, or the same segment with its own. */
static unsigned long selector(uint16_t s)
{
    return s <= SEG_RPL_USER ? s : s | SEG_RPL_USER;
}

static void read_context(const struct sigcontext *c, struct hal_frame *f)
{
    f->gs = selector(c->gs);
    f->fs = selector(c->fs);
    f->es = selector(c->es);
    f->ds = selector(c->ds);
    f->edi = c->edi;
    f->esi = c->esi;
    f->ebp = c->ebp;
    f->ebx = c->ebx;
    f->edx = c->edx;
    f->ecx = c->ecx;
    f->eax = c->eax;
    f->eip = c->eip;
    f->cs = c->cs;
    f->eflags = (f->eflags & ~(unsigned long)FLAGS_PROGRAM) | (c->eflags & FLAGS_PROGRAM);
    f->user_esp = c->esp;
    f->user_ss = c->ss;
}

/* Where a program wants it, it lies at any address. No bit of MXCSR that the CPU would not load. */
static void read_fp(const uint8_t *fx, struct hal_user *u)
{
    struct fnsave x87;
    memcpy(&x87, fx - sizeof(x87), sizeof(x87));
    memcpy(&u->fx, fx, sizeof(u->fx));
    fx_from_fnsave(&u->fx, &x87);
    u->fx.mxcsr &= x86_mxcsr_mask;
}

int hal_signal_pop(const void *buf, bool rt, struct hal_frame *f, struct hal_user *u, uint64_t *mask,
                   struct sigaltstack *stack)
{
    const struct plain_frame *plain = buf;
    const struct rt_frame *r = buf;
    const struct sigcontext *c = rt ? &r->ucontext.context : &plain->context;
    size_t size;
    uintptr_t at = hal_signal_frame(f, rt, &size);
    size_t fx = size - sizeof(struct x86_fx);
    if (!may_have(c, u) || (c->fp != 0 && c->fp != (uint32_t)(at + fx - sizeof(struct fnsave))))
        return -EINVAL;
    if (c->fp != 0)
        read_fp((const uint8_t *)buf + fx, u);
    else
        x86_fp_init(u);
    *mask = rt ? r->ucontext.mask[0] | (uint64_t)r->ucontext.mask[1] << 32
               : c->mask | (uint64_t)plain->mask_high << 32;
    if (rt)
        *stack = (struct sigaltstack){
            .ss_sp = (void *)(uintptr_t)r->ucontext.stack_sp,
            .ss_flags = (int)r->ucontext.stack_flags,
            .ss_size = r->ucontext.stack_size,
        };
    read_context(c, f);
    return 0;
}
