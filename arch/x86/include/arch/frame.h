/* arch/frame.h - the trap frame, as entry.asm and the CPU write it. */
#pragma once
#include <arch/segments.h>
#include <stdbool.h>

struct hal_frame {
    unsigned long edi, esi, ebp, esp, ebx, edx, ecx, eax; /* esp: on the kernel's stack */
    unsigned long ds, es, fs, gs;
    unsigned long vector, error;
    unsigned long eip, cs, eflags;
    /* Of a trap from user mode only: one of the kernel stays on its stack, and the CPU pushes no more. */
    unsigned long user_esp, user_ss;
};

static inline bool x86_from_user(const struct hal_frame *f)
{
    return (f->cs & SEG_RPL_USER) != 0;
}
