/* arch/frame.h - the trap frame, as entry.S writes it. */
#pragma once

struct hal_frame {
    unsigned long ra, sp, gp;
    unsigned long t0, t1, t2;
    unsigned long s0, s1;
    unsigned long a0, a1, a2, a3, a4, a5, a6, a7;
    unsigned long s2, s3, s4, s5, s6, s7, s8, s9, s10, s11;
    unsigned long t3, t4, t5, t6;
    unsigned long sepc, sstatus, scause, stval;
    unsigned long record_fp, record_pc; /* as if the interrupted code had called us: backtraces go on */
};

_Static_assert(sizeof(struct hal_frame) % 16 == 0, "the stack stays 16-byte aligned");
