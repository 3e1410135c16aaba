/* offsets.c - numbers that assembly needs from C; compiled to text, from which the build makes offsets.h. */
#include <arch/arm64.h>
#include <arch/context.h>
#include <arch/frame.h>
#include <arch/user.h>
#include <stddef.h>

/* clang-format off */
#define DEFINE(name, value) \
    __asm__ volatile("\n.ascii \"->" #name " %0\"" : : "i"((unsigned long long)(value)))
#define REG(name)           DEFINE(FRAME_##name, offsetof(struct hal_frame, name))
#define SAVED(name)         DEFINE(CONTEXT_##name, offsetof(struct context, name))
#define START(name)         DEFINE(START_##name, offsetof(struct arm64_start, name))

void offsets(void);

void offsets(void)
{
    DEFINE(FRAME_SIZE, sizeof(struct hal_frame));
    REG(x0); REG(x2); REG(x4); REG(x6); REG(x8); REG(x10); REG(x12); REG(x14); /* registers go in pairs */
    REG(x16); REG(x18); REG(x20); REG(x22); REG(x24); REG(x26); REG(x28);
    REG(x30); REG(sp);
    REG(elr); REG(esr); REG(record_fp);

    DEFINE(CONTEXT_SIZE, sizeof(struct context));
    SAVED(x19); SAVED(x21); SAVED(x23); SAVED(x25); SAVED(x27);
    SAVED(x29);

    DEFINE(START_SIZE, sizeof(struct arm64_start));
    START(stack_top); START(root); START(cpu);
    DEFINE(FPU_v, offsetof(struct arm64_fpu, v));

    DEFINE(VECTORS, VECTORS);
    DEFINE(VECTOR_USER, VECTOR_USER);
    DEFINE(VECTOR_EMERGENCY, VECTOR_EMERGENCY);
    DEFINE(ARM64_IRQ_IPI, ARM64_IRQ_IPI);
}
