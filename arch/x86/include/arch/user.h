/* arch/user.h - what a thread in user mode has besides its trap frame; the inlines of hal/user.h. */
#pragma once
#include <arch/frame.h>
#include <arch/segments.h>
#include <arch/sysreg.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>

#define X86_FP_REGS 8

/* What FXSAVE writes (Intel SDM vol. 1 10.5.1, table 10-2). */
struct x86_fx {
    uint16_t control, status;
    uint8_t tags, reserved; /* tags: a bit for each register, not from the top of the stack, that is in use */
    uint16_t opcode;
    uint32_t ip;
    uint16_t cs, reserved_cs;
    uint32_t data;
    uint16_t ds, reserved_ds;
    uint32_t mxcsr, mxcsr_mask;
    uint8_t st[X86_FP_REGS][16]; /* from the top of the stack; 10 bytes are used */
    uint8_t xmm[8][16];
    uint8_t rest[224]; /* of which the CPU leaves the last 48 alone */
};

struct hal_user {
    alignas(16) struct x86_fx fx; /* FXSAVE wants it aligned */
    uint64_t tls[SEG_TLS_COUNT];  /* descriptors; 0: not present */
};

/* Can a program with these descriptors load that into a data segment register, and into ss? */
bool x86_selector_ok(const struct hal_user *u, uint16_t selector);
bool x86_stack_selector_ok(const struct hal_user *u, uint16_t selector);

/* Any context. Floating point as a program finds it when it begins. */
void x86_fp_init(struct hal_user *u);

/* irqs off, boot, once, before other CPUs start: they get what this sets in CR4. */
void x86_user_probe(void);
/* Constant after that: bits of MXCSR that this CPU has. The others fault when they are loaded. */
extern uint32_t x86_mxcsr_mask;

/*
 * Segments are all that a program can bring into a trap frame which the kernel could fault on, when it puts
 * them back: this leaves there only what can be loaded. Out of the way: almost always it is what a program
 * begins with.
 */
void x86_check_segments(const struct hal_user *u, struct hal_frame *f);

static inline void hal_user_load(const struct hal_user *u, struct hal_frame *f, uintptr_t stack_top)
{
    struct x86_own *own = x86_own();
    own->tss.esp0 = stack_top;
    for (unsigned i = 0; i < SEG_TLS_COUNT; i++)
        own->gdt[SEG_TLS_FIRST + i] = u->tls[i];
    unsigned long odd = (f->ds ^ SEG_USER_DATA) | (f->es ^ SEG_USER_DATA) | (f->user_ss ^ SEG_USER_DATA) |
                        f->fs | f->gs;
    if (__builtin_expect((uint16_t)odd != 0, 0)) /* a push leaves the other half as it was */
        x86_check_segments(u, f);
    unsigned long cr0 = cr_read(cr0);
    if ((cr0 & CR0_TS) == 0)
        cr_write(cr0, cr0 | CR0_TS);
}

static inline void hal_user_save(struct hal_user *u, struct hal_frame *f)
{
    (void)f;
    unsigned long cr0 = cr_read(cr0);
    if (cr0 & CR0_TS)
        return; /* it has not used floating point */
    __asm__ volatile("fxsave %0" : "=m"(u->fx) : : "memory");
    cr_write(cr0, cr0 | CR0_TS);
}
