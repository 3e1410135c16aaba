/*
 * arch/user.h - what a program has besides its frame: floating point and SIMD registers, thread pointer; the
 * inlines of hal/user.h.
 */
#pragma once
#include <arch/frame.h>
#include <arch/sysreg.h>
#include <stdint.h>

struct arm64_fpu {
    uint32_t fpsr, fpcr;
    uint64_t v[2 * 32]; /* q0 to q31, low halves first */
};

struct hal_user {
    struct arm64_fpu fpu; /* while it is not loaded, or loaded with floating point still off */
    unsigned long tls;    /* while it is not loaded */
};

/* The registers of a program that has used them go to u, and are off. */
void arm64_fpu_unload(struct hal_user *u);

/*
 * Returning to user mode pops the frame, so sp is stack_top then. eret is what makes the CPU see the change
 * of CPACR_EL1, and fetch again what hal_code_sync() took out of the caches (Arm ARM D1.4, SCTLR_EL1.EOS is
 * 1).
 */
static inline void hal_user_load(const struct hal_user *u, struct hal_frame *f, uintptr_t stack_top)
{
    (void)f, (void)stack_top;
    sysreg_write(cpacr_el1, 0);
    sysreg_write(tpidr_el0, u->tls);
}

static inline void hal_user_save(struct hal_user *u, struct hal_frame *f)
{
    (void)f;
    u->tls = sysreg_read(tpidr_el0);
    if (__builtin_expect((sysreg_read(cpacr_el1) & CPACR_FPEN) != 0, 0))
        arm64_fpu_unload(u);
}
