/*
 * entry.S - every trap: registers onto the stack, arm64_trap(), registers back (Arm ARM D1.3).
 *
 * In:  EL1, interrupts off by hardware, elr/spsr/esr/far set, sp = the stack of the interrupted thread. In
 *      user mode that is the top of its kernel stack, which is empty; sp_el0 has the program's own.
 * The kernel uses tpidr_el1 for nothing else than to put a register aside here; where there is no way back to
 * the interrupted code, sp_el0 and tpidr_el0 too. None of them shows user mode what the kernel put there.
 *
 *  1 from the kernel: would the frame reach the guard page? then onto the emergency stack
 *  2 save all registers, and what the hardware says
 *  3 arm64_trap(frame, vector)
 *  4 restore, return to where it came from
 */
#include <arch/offsets.h>
#include <arch/sysreg.h>
#include <board/board.h>
#include <kernel/config.h>

#define GUARD_BITS 2 /* a slot is 1 << GUARD_BITS pages, of which the lowest is the guard */
#if KSTACK_SLOT != PAGE_SIZE << GUARD_BITS
#error "GUARD_BITS does not fit KSTACK_SLOT"
#endif

#if FRAME_x0 != 0
#error "the last pair to be restored moves sp, so it has to lie lowest"
#endif

#define VECTOR_SIZE 128

.macro save_registers fp, pc                    /* x0 = vector, its value is in tpidr_el1 */
    stp     x2, x3, [sp, #FRAME_x2]
    stp     x4, x5, [sp, #FRAME_x4]
    stp     x6, x7, [sp, #FRAME_x6]
    stp     x8, x9, [sp, #FRAME_x8]
    stp     x10, x11, [sp, #FRAME_x10]
    stp     x12, x13, [sp, #FRAME_x12]
    stp     x14, x15, [sp, #FRAME_x14]
    stp     x16, x17, [sp, #FRAME_x16]
    stp     x18, x19, [sp, #FRAME_x18]
    stp     x20, x21, [sp, #FRAME_x20]
    stp     x22, x23, [sp, #FRAME_x22]
    stp     x24, x25, [sp, #FRAME_x24]
    stp     x26, x27, [sp, #FRAME_x26]
    stp     x28, x29, [sp, #FRAME_x28]
    str     x30, [sp, #FRAME_x30]
    mrs     x2, tpidr_el1
    mrs     x3, elr_el1
    mrs     x4, spsr_el1
    mrs     x5, esr_el1
    mrs     x6, far_el1
    stp     x2, x1, [sp, #FRAME_x0]
    stp     x3, x4, [sp, #FRAME_elr]
    stp     x5, x6, [sp, #FRAME_esr]
    stp     \fp, \pc, [sp, #FRAME_record_fp]
    add     x29, sp, #FRAME_record_fp
.endm

.macro vector number
    .balign VECTOR_SIZE
    msr     tpidr_el1, x0
    .if \number < VECTOR_USER
    /* 1 */
    sub     x0, sp, #FRAME_SIZE
    tst     x0, #((1 << GUARD_BITS) - 1) << PAGE_SHIFT
    mov     x0, #\number
    b.eq    overflow
    b       arm64_trap_entry
    .else
    mov     x0, #\number
    b       user_entry
    .endif
.endm

    .section .text
    .globl  arm64_vectors
    .balign VECTORS * VECTOR_SIZE
arm64_vectors:
    .set    number, 0
    .rept   VECTORS                             /* from EL1 on EL0's stack, EL1, EL0, EL0 in 32 bits: */
    vector  number                              /*   synchronous, IRQ, FIQ, SError of each */
    .set    number, number + 1
    .endr

arm64_trap_entry:
    /* 2 */
    sub     sp, sp, #FRAME_SIZE
    save_registers x29, x3                      /* x3 = elr */
    add     x2, sp, #FRAME_SIZE
    str     x2, [sp, #FRAME_sp]

    /* 3 */
    mov     x1, x0
    mov     x0, sp
    bl      arm64_trap

    /* 4: arm64_trap() came back, maybe long after, with other threads in between; sp is again this frame */
restore:
    ldp     x0, x1, [sp, #FRAME_elr]
    msr     elr_el1, x0
    msr     spsr_el1, x1
    ldp     x2, x3, [sp, #FRAME_x2]
    ldp     x4, x5, [sp, #FRAME_x4]
    ldp     x6, x7, [sp, #FRAME_x6]
    ldp     x8, x9, [sp, #FRAME_x8]
    ldp     x10, x11, [sp, #FRAME_x10]
    ldp     x12, x13, [sp, #FRAME_x12]
    ldp     x14, x15, [sp, #FRAME_x14]
    ldp     x16, x17, [sp, #FRAME_x16]
    ldp     x18, x19, [sp, #FRAME_x18]
    ldp     x20, x21, [sp, #FRAME_x20]
    ldp     x22, x23, [sp, #FRAME_x22]
    ldp     x24, x25, [sp, #FRAME_x24]
    ldp     x26, x27, [sp, #FRAME_x26]
    ldp     x28, x29, [sp, #FRAME_x28]
    ldr     x30, [sp, #FRAME_x30]
    ldp     x0, x1, [sp], #FRAME_SIZE           /* a frame of user mode: the kernel stack is empty now */
    eret                                        /* which also makes a store-exclusive to come fail */

user_entry:
    /* 2 */
    sub     sp, sp, #FRAME_SIZE
    save_registers xzr, xzr                     /* backtraces end here */
    mrs     x2, sp_el0
    str     x2, [sp, #FRAME_sp]

    /* 3 */
    mov     x1, x0
    mov     x0, sp
    bl      arm64_trap

    /* 4 */
    mov     x0, sp

/* hal_frame_resume(x0: a frame of user mode, which lies at the top of the stack). irqs off. Never returns. */
    .globl  hal_frame_resume
hal_frame_resume:
    mov     sp, x0
    ldr     x1, [sp, #FRAME_sp]
    msr     sp_el0, x1
    b       restore

overflow:                                       /* never returns */
    msr     sp_el0, x1
    msr     tpidr_el0, x2
    mrs     x1, mpidr_el1
    and     x1, x1, #MPIDR_CPU
    adrp    x2, emergency_stacks + KSTACK_SLOT - KSTACK_RESERVED - FRAME_SIZE
    add     x2, x2, :lo12:(emergency_stacks + KSTACK_SLOT - KSTACK_RESERVED - FRAME_SIZE)
    add     x1, x2, x1, lsl #PAGE_SHIFT + GUARD_BITS
    mov     x2, sp
    str     x2, [x1, #FRAME_sp]
    mov     sp, x1
    mrs     x1, sp_el0
    mrs     x2, tpidr_el0
    save_registers x29, x3
    add     x1, x0, #VECTOR_EMERGENCY
    mov     x0, sp
    bl      arm64_trap

    .section .bss
    .balign KSTACK_SLOT
emergency_stacks:
    .skip   KSTACK_SLOT * BOARD_CPUS
