/* offsets.c - numbers that assembly needs from C; compiled to text, from which the build makes offsets.h. */
#include <arch/context.h>
#include <arch/frame.h>
#include <arch/riscv.h>
#include <stddef.h>

/* clang-format off */
#define DEFINE(name, value) \
    __asm__ volatile("\n.ascii \"->" #name " %0\"" : : "i"((unsigned long long)(value)))
#define REG(name)           DEFINE(FRAME_##name, offsetof(struct hal_frame, name))
#define SAVED(name)         DEFINE(CONTEXT_##name, offsetof(struct context, name))
#define HART(name)          DEFINE(HART_##name, offsetof(struct riscv_hart, name))
#define START(name)         DEFINE(START_##name, offsetof(struct riscv_start, name))

void offsets(void);

void offsets(void)
{
    DEFINE(FRAME_SIZE, sizeof(struct hal_frame));
    REG(ra); REG(sp); REG(gp); REG(tp);
    REG(t0); REG(t1); REG(t2);
    REG(s0); REG(s1);
    REG(a0); REG(a1); REG(a2); REG(a3); REG(a4); REG(a5); REG(a6); REG(a7);
    REG(s2); REG(s3); REG(s4); REG(s5); REG(s6); REG(s7); REG(s8); REG(s9); REG(s10); REG(s11);
    REG(t3); REG(t4); REG(t5); REG(t6);
    REG(sepc); REG(sstatus); REG(scause); REG(stval);
    REG(record_fp); REG(record_pc);

    HART(user); HART(user_sp);

    DEFINE(CONTEXT_SIZE, sizeof(struct context));
    SAVED(ra);
    SAVED(s0); SAVED(s1); SAVED(s2); SAVED(s3); SAVED(s4); SAVED(s5);
    SAVED(s6); SAVED(s7); SAVED(s8); SAVED(s9); SAVED(s10); SAVED(s11);

    START(stack_top); START(satp);
}
