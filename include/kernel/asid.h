/*
 * kernel/asid.h - numbers by which the TLBs tell address spaces apart.
 *
 * Numbers are given out in rising order and never given back. When they are used up, a new generation
 * begins: all numbers are free again, and each CPU forgets its TLB before it loads the first one of it. What
 * a CPU has loaded then goes on under its old number, which is another program's on other CPUs only: a TLB
 * is one CPU's (on arm64 as long as TTBR.CnP is not set). Nobody waits. Number 0 is nobody's.
 */
#pragma once
#include <stdatomic.h>
#include <stdbool.h>

enum { ASID_BITS = 16 }; /* no machine has more */

/* Of an address space: generation << ASID_BITS | number; 0: none yet. Written under the lock of asid.c. */
struct asid {
    atomic_ulong tag;
};

/* asid.c */
unsigned asid_load_slowly(struct asid *a, unsigned long *known, bool *flush);

/*
 * irqs off; hal_info.asids is not 0. a is about to be loaded on this CPU: it gets a number, if it has none of
 * the CPU's generation. Returns it. *known: that generation, in struct cpu; 0: none yet. *flush: this CPU has
 * to forget its TLB, before it goes to user mode.
 *
 * Nothing is locked where it has one: if others are in the next generation already, this CPU has not met it.
 */
static inline unsigned asid_load(struct asid *a, unsigned long *known, bool *flush)
{
    unsigned long tag = atomic_load_explicit(&a->tag, memory_order_relaxed);
    if (__builtin_expect(tag >> ASID_BITS != *known || tag == 0, 0))
        return asid_load_slowly(a, known, flush);
    return tag & ((1u << ASID_BITS) - 1);
}
