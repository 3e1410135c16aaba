/* arch/frame.h - the trap frame, as entry.S writes it. */
#pragma once

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
