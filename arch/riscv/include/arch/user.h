/*
 * arch/user.h - what a thread in user mode has besides its trap frame: floating point (F and D); and the
 * inlines of hal/user.h.
 *
 * sstatus.FS in the frame says what the floating-point registers in the hart are: off, as in struct hal_user
 * (clean), or newer (dirty).
 */
#pragma once
#include <arch/frame.h>
#include <arch/riscv.h>
#include <arch/sysreg.h>
#include <stdint.h>

struct hal_user {
    uint64_t f[32];
    uint32_t fcsr;
};

void riscv_fpu_save(struct hal_user *u);

/* u itself: hal_user_load_fpu(). The fence: hal_code_sync(). */
static inline void hal_user_load(const struct hal_user *u, struct hal_frame *f, uintptr_t stack_top)
{
    (void)u;
    struct riscv_hart *hart = (struct riscv_hart *)csr_read(sscratch);
    hart->user = hal_frame_user(stack_top);
    f->sstatus = SSTATUS_SPIE | SSTATUS_UXL_64;
    __asm__ volatile("fence.i" : : : "memory");
}

static inline void hal_user_save(struct hal_user *u, struct hal_frame *f)
{
    if (__builtin_expect((f->sstatus & SSTATUS_FS) == SSTATUS_FS, 0))
        riscv_fpu_save(u);
    f->sstatus &= ~SSTATUS_FS;
}
