/* arch/frame.h - the trap frame, as entry.asm and the CPU write it. */
#pragma once

struct hal_frame {
    unsigned long edi, esi, ebp, esp, ebx, edx, ecx, eax;
    unsigned long ds, es, fs, gs;
    unsigned long vector, error;
    unsigned long eip, cs, eflags; /* a trap of the kernel itself stays on its stack: no esp behind these */
};
