/*
 * kernel/asid.h - numbers by which the TLBs tell address spaces apart.
 *
 * Numbers are given out in rising order and never given back. When they are used up, a new generation
 * begins: all numbers are free again, and each CPU forgets its TLB before it loads the first one of it. What
 * a CPU has loaded then goes on under its old number, which is another program's on other CPUs only: a TLB
 * is one CPU's (on arm64 as long as TTBR.CnP is not set). Nobody waits. Number 0 is nobody's.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* Of an address space; of zeroes: none yet. The lock of asid.c. */
struct asid {
    uint64_t generation;
    unsigned number;
};

/*
 * irqs off, this CPU is number `cpu`; hal_info.asids is not 0. a is about to be loaded here: it gets a
 * number, if it has none of this generation. Returns it. *flush: this CPU has to forget its TLB, before it
 * goes to user mode.
 */
unsigned asid_load(struct asid *a, unsigned cpu, bool *flush);
