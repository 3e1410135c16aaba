/* arch/user.h - what a thread in user mode has besides its trap frame. */
#pragma once
#include <arch/segments.h>
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
