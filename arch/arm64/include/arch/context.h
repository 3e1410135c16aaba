/* arch/context.h - what lies on the stack of a thread that does not run, from low to high. */
#pragma once

struct context {
    unsigned long x19, x20, x21, x22, x23, x24, x25, x26, x27, x28;
    unsigned long x29, x30; /* frame pointer, return address */
};

_Static_assert(sizeof(struct context) % 16 == 0, "the stack stays 16-byte aligned");
