/* regs.S - instructions that C cannot be made to write. */
#include <arch/offsets.h>

    .section .text

/*
 * hal_regs_hold(x0: seed, x1: spins). Every general register but sp:
 *   x0 = seed, and each other one seed + its own number xN; x30 counts.
 * Returns 0, or N of the first that changed (31: x0 itself).
 */
.macro each do                                  /* the registers with a value of their own: all but x0 x30 */
    \do x1, 1
    \do x2, 2
    \do x3, 3
    \do x4, 4
    \do x5, 5
    \do x6, 6
    \do x7, 7
    \do x8, 8
    \do x9, 9
    \do x10, 10
    \do x11, 11
    \do x12, 12
    \do x13, 13
    \do x14, 14
    \do x15, 15
    \do x16, 16
    \do x17, 17
    \do x18, 18
    \do x19, 19
    \do x20, 20
    \do x21, 21
    \do x22, 22
    \do x23, 23
    \do x24, 24
    \do x25, 25
    \do x26, 26
    \do x27, 27
    \do x28, 28
    \do x29, 29
.endm

.macro fill reg, n
    add     \reg, x0, #\n
.endm

.macro check reg, n
    add     x30, x0, #\n
    cmp     \reg, x30
    b.ne    lost_\n
.endm

.macro lost reg, n
lost_\n:
    mov     x0, #\n
    b       out
.endm

    .globl  hal_regs_hold
hal_regs_hold:
    sub     sp, sp, #CONTEXT_SIZE + 16
    stp     x19, x20, [sp, #CONTEXT_x19]
    stp     x21, x22, [sp, #CONTEXT_x21]
    stp     x23, x24, [sp, #CONTEXT_x23]
    stp     x25, x26, [sp, #CONTEXT_x25]
    stp     x27, x28, [sp, #CONTEXT_x27]
    stp     x29, x30, [sp, #CONTEXT_x29]
    str     x0, [sp, #CONTEXT_SIZE]
    mov     x30, x1
    each    fill
1:  sub     x30, x30, #1
    cbnz    x30, 1b
    ldr     x30, [sp, #CONTEXT_SIZE]
    cmp     x0, x30
    b.ne    lost_31
    each    check
    mov     x0, #0
out:
    ldp     x19, x20, [sp, #CONTEXT_x19]
    ldp     x21, x22, [sp, #CONTEXT_x21]
    ldp     x23, x24, [sp, #CONTEXT_x23]
    ldp     x25, x26, [sp, #CONTEXT_x25]
    ldp     x27, x28, [sp, #CONTEXT_x27]
    ldp     x29, x30, [sp, #CONTEXT_x29]
    add     sp, sp, #CONTEXT_SIZE + 16
    ret
    each    lost
    lost    x0, 31

/* hal_regs_illegal(): the instruction of 32 zero bits is defined to be undefined (Arm ARM C6.2, UDF). */
    .globl  hal_regs_illegal
hal_regs_illegal:
    udf     #0
    ret

/*
 * arm64_fpu_save(x0: where to), arm64_fpu_load(x0: where from): struct arm64_fpu, without its first words.
 * Floating point is on; for the rest of the kernel the assembler does not know it.
 */
    .arch_extension fp
    .arch_extension simd
.macro each_pair do
    \do q0, q1, 0
    \do q2, q3, 32
    \do q4, q5, 64
    \do q6, q7, 96
    \do q8, q9, 128
    \do q10, q11, 160
    \do q12, q13, 192
    \do q14, q15, 224
    \do q16, q17, 256
    \do q18, q19, 288
    \do q20, q21, 320
    \do q22, q23, 352
    \do q24, q25, 384
    \do q26, q27, 416
    \do q28, q29, 448
    \do q30, q31, 480
.endm

.macro save a, b, at
    stp     \a, \b, [x0, #\at]
.endm

.macro load a, b, at
    ldp     \a, \b, [x0, #\at]
.endm

    .globl  arm64_fpu_save
arm64_fpu_save:
    add     x0, x0, #FPU_v
    each_pair save
    ret

    .globl  arm64_fpu_load
arm64_fpu_load:
    add     x0, x0, #FPU_v
    each_pair load
    ret

/* mov x8, #__NR_rt_sigreturn; svc #0. Debuggers know a signal's frame by these two. */
    .section .rodata
    .globl  hal_signal_code
    .globl  hal_signal_code_size
    .balign 8
hal_signal_code:
    mov     x8, #139
    svc     #0
1:  .balign 8
hal_signal_code_size:
    .quad   1b - hal_signal_code
