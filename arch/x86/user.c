/*
 * user.c - floating point and the segments of a thread in user mode.
 *
 * hal_user_load() leaves in the trap frame only segments that can be loaded, and while u stays loaded the
 * descriptors stay too.
 */
#include <arch/frame.h>
#include <arch/segments.h>
#include <arch/sysreg.h>
#include <hal/user.h>
#include <lib/string.h>
#include <uapi/errno.h>

enum {
    FX_CONTROL = 0x37f,
    FX_MXCSR = 0x1f80
};                                /* as FNINIT and reset leave them (SDM vol. 1 8.1.5, 10.2.3) */
enum { MXCSR_MASK_OLD = 0xffbf }; /* of a CPU that says 0 (SDM vol. 1 11.6.6) */

/* Descriptors (SDM vol. 3A 3.4.5): of the upper word. */
enum { ACCESSED = 1 << 8, CONTENTS_SHIFT = 10, DATA_OF_USER = 0xf0 << 8, AVAILABLE = 1 << 20, BIG = 1 << 22 };
enum { PAGES = 1 << 23, LIMIT_HIGH = 0xf0000 };

/* struct user_desc of Linux. */
struct user_desc {
    uint32_t entry, base, limit, flags;
};
enum {
    DESC_BIG = 1 << 0,
    DESC_CONTENTS = 3 << 1, /* of these 0 is data, 1 data that grows down, the others are code */
    DESC_CONTENTS_SHIFT = 1,
    DESC_CODE = 2 << 1,
    DESC_READ_ONLY = 1 << 3,
    DESC_PAGES = 1 << 4,
    DESC_ABSENT = 1 << 5,
    DESC_USABLE = 1 << 6,
    DESC_ANY = -1,
};

uint32_t x86_mxcsr_mask;

void x86_user_probe(void)
{
    static struct hal_user u;
    unsigned long bits = CR4_OSFXSR;
    if (cpuid(CPUID_FEATURES).edx & CPUID_EDX_SSE)
        bits |= CR4_OSXMMEXCPT;
    cr_write(cr4, cr_read(cr4) | bits);
    hal_user_init(&u);
    hal_user_load_fpu(&u, NULL);
    hal_user_save(&u, NULL);
    x86_mxcsr_mask = u.fx.mxcsr_mask != 0 ? u.fx.mxcsr_mask : MXCSR_MASK_OLD;
}

/* The descriptor of a thread that the selector names, or 0. */
static uint64_t tls_of(const struct hal_user *u, uint16_t selector)
{
    unsigned n = selector / 8u - SEG_TLS_FIRST;
    return n < SEG_TLS_COUNT && (selector & 4) == 0 ? u->tls[n] : 0;
}

bool x86_selector_ok(const struct hal_user *u, uint16_t selector)
{
    uint16_t s = selector | SEG_RPL_USER; /* the privilege asked for: loading with less does not fail */
    return s == SEG_RPL_USER || s == SEG_USER_CODE || s == SEG_USER_DATA || tls_of(u, s) != 0;
}

bool x86_stack_selector_ok(const struct hal_user *u, uint16_t selector)
{
    return selector == SEG_USER_DATA ||
           ((selector & SEG_RPL_USER) == SEG_RPL_USER && (tls_of(u, selector) >> 32 & SEG_WRITABLE) != 0);
}

void x86_fp_init(struct hal_user *u)
{
    memset(&u->fx, 0, sizeof(u->fx));
    u->fx.control = FX_CONTROL;
    u->fx.mxcsr = FX_MXCSR;
}

void hal_user_init(struct hal_user *u)
{
    memset(u->tls, 0, sizeof(u->tls));
    x86_fp_init(u);
}

static void check_segment(const struct hal_user *u, unsigned long *selector)
{
    if (!x86_selector_ok(u, (uint16_t)*selector))
        *selector = SEG_NONE;
}

void x86_check_segments(const struct hal_user *u, struct hal_frame *f)
{
    check_segment(u, &f->ds);
    check_segment(u, &f->es);
    check_segment(u, &f->fs);
    check_segment(u, &f->gs);
    if (!x86_stack_selector_ok(u, (uint16_t)f->user_ss))
        f->user_ss = SEG_USER_DATA;
}

void hal_user_load_fpu(const struct hal_user *u, struct hal_frame *f)
{
    (void)f;
    __asm__ volatile("clts" : : : "memory");
    __asm__ volatile("fxrstor %0" : : "m"(u->fx) : "memory");
}

/* Both forms in which Linux lets a program say that it wants none. */
static bool is_empty(const struct user_desc *d)
{
    return d->base == 0 && d->limit == 0 && (d->flags == 0 || d->flags == (DESC_READ_ONLY | DESC_ABSENT));
}

static uint64_t descriptor(const struct user_desc *d)
{
    uint32_t contents = (d->flags & DESC_CONTENTS) >> DESC_CONTENTS_SHIFT;
    uint32_t low = d->base << 16 | (d->limit & 0xffff);
    uint32_t high = (d->base & 0xff000000) | (d->limit & LIMIT_HIGH) | (d->base >> 16 & 0xff);
    high |= DATA_OF_USER | ACCESSED | BIG | contents << CONTENTS_SHIFT;
    if ((d->flags & DESC_READ_ONLY) == 0)
        high |= SEG_WRITABLE;
    if (d->flags & DESC_PAGES)
        high |= PAGES;
    if (d->flags & DESC_USABLE)
        high |= AVAILABLE;
    return (uint64_t)high << 32 | low;
}

/* What a program loads with it into a segment register is not ours: hal_user_load() looks at the frame. */
int hal_user_set_tls(struct hal_user *u, struct hal_frame *f, unsigned long value, void *desc)
{
    struct user_desc d;
    memcpy(&d, desc, sizeof(d)); /* at any address */
    uint32_t n = d.entry - SEG_TLS_FIRST;
    (void)f;
    (void)value;
    if (d.entry == (uint32_t)DESC_ANY) {
        n = 0;
        while (n < SEG_TLS_COUNT && u->tls[n] != 0)
            n++;
    }
    bool empty = is_empty(&d);
    bool good = (d.flags & DESC_BIG) && (d.flags & (DESC_CODE | DESC_ABSENT)) == 0;
    if (n >= SEG_TLS_COUNT || (!empty && !good))
        return -EINVAL;
    u->tls[n] = empty ? 0 : descriptor(&d);
    d.entry = SEG_TLS_FIRST + n;
    memcpy(desc, &d, sizeof(d));
    return 0;
}
