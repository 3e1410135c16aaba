/* arch/context.h - what lies on the stack of a thread that does not run, from low to high (switch.asm). */
#pragma once

struct context {
    unsigned long ebp, edi, esi, ebx;
    unsigned long eip; /* where the switch returns to */
};
