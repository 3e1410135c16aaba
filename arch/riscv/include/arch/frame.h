/* arch/frame.h - the trap frame, as entry.S writes it. */
#pragma once
#include <stdint.h>

struct hal_frame {
    unsigned long ra, sp, gp; /* x1 to x31, in this order: signal.c copies them in one piece */
    unsigned long tp;         /* of a program; the kernel has no use for it */
    unsigned long t0, t1, t2;
    unsigned long s0, s1;
    unsigned long a0, a1, a2, a3, a4, a5, a6, a7;
    unsigned long s2, s3, s4, s5, s6, s7, s8, s9, s10, s11;
    unsigned long t3, t4, t5, t6;
    unsigned long sepc, sstatus, scause, stval;
    unsigned long unused; /* the stack stays 16-byte aligned */
    /* As if the interrupted code had called us: backtraces go on. 0 from user mode: they end here. */
    unsigned long record_fp, record_pc;
};

_Static_assert(sizeof(struct hal_frame) % 16 == 0, "the stack stays 16-byte aligned");

static inline struct hal_frame *hal_frame_user(uintptr_t stack_top)
{
    return (struct hal_frame *)stack_top - 1;
}

static inline unsigned long hal_frame_call(const struct hal_frame *f, unsigned long arg[6])
{
    arg[0] = f->a0;
    arg[1] = f->a1;
    arg[2] = f->a2;
    arg[3] = f->a3;
    arg[4] = f->a4;
    arg[5] = f->a5;
    return f->a7;
}

static inline void hal_frame_set_result(struct hal_frame *f, long result)
{
    f->a0 = (unsigned long)result;
}

static inline void hal_frame_pass(struct hal_frame *to, const struct hal_frame *from)
{
    to->a2 = from->a2;
    to->a3 = from->a3;
    to->a4 = from->a4;
    to->a5 = from->a5;
}
