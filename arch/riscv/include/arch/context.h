/*
 * arch/context.h - what lies on the stack of a thread that does not run, from low to high: switch.S,
 * context.c.
 */
#pragma once

struct context {
    unsigned long ra;
    unsigned long s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11;
    unsigned long unused; /* the stack stays 16-byte aligned */
};
