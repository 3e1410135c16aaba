/* arch/frame.h - the trap frame, as entry.S writes it. */
#pragma once
#include <stdint.h>

struct hal_frame {
    unsigned long x0, x1, x2, x3, x4, x5, x6, x7;
    unsigned long x8, x9, x10, x11, x12, x13, x14, x15;
    unsigned long x16, x17, x18;
    unsigned long x19, x20, x21, x22, x23, x24, x25, x26, x27, x28;
    unsigned long x29, x30, sp; /* frame pointer, return address */
    unsigned long elr, spsr, esr, far;
    unsigned long record_fp, record_pc; /* as if the interrupted code had called us: backtraces go on */
};

_Static_assert(sizeof(struct hal_frame) % 16 == 0, "the stack stays 16-byte aligned");

/* entry.S leaves nothing below sp when it goes to user mode. */
static inline struct hal_frame *hal_frame_user(uintptr_t stack_top)
{
    return (struct hal_frame *)stack_top - 1;
}

static inline unsigned long hal_frame_call(const struct hal_frame *f, unsigned long arg[6])
{
    arg[0] = f->x0;
    arg[1] = f->x1;
    arg[2] = f->x2;
    arg[3] = f->x3;
    arg[4] = f->x4;
    arg[5] = f->x5;
    return f->x8;
}

static inline void hal_frame_set_result(struct hal_frame *f, long result)
{
    f->x0 = (unsigned long)result;
}

static inline void hal_frame_pass(struct hal_frame *to, const struct hal_frame *from)
{
    to->x2 = from->x2;
    to->x3 = from->x3;
    to->x4 = from->x4;
    to->x5 = from->x5;
}
