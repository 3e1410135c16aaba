/* arch/frame.h - the trap frame, as entry.asm and the CPU write it. */
#pragma once
#include <arch/segments.h>
#include <stdbool.h>
#include <stdint.h>

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

/* Where the CPU begins to push when it comes from user mode (hal_user_load()). */
static inline struct hal_frame *hal_frame_user(uintptr_t stack_top)
{
    return (struct hal_frame *)stack_top - 1;
}

static inline unsigned long hal_frame_call(const struct hal_frame *f, unsigned long arg[6])
{
    arg[0] = f->ebx;
    arg[1] = f->ecx;
    arg[2] = f->edx;
    arg[3] = f->esi;
    arg[4] = f->edi;
    arg[5] = f->ebp;
    return f->eax;
}

static inline void hal_frame_set_result(struct hal_frame *f, long result)
{
    f->eax = (unsigned long)result;
}

static inline void hal_frame_pass(struct hal_frame *to, const struct hal_frame *from)
{
    to->edx = from->edx;
    to->esi = from->esi;
    to->edi = from->edi;
    to->ebp = from->ebp;
}
