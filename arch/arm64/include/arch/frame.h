/* arch/frame.h - the trap frame, as entry.S writes it. */
#pragma once

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
