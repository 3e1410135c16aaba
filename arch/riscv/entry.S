/*
 * entry.S - every trap: registers onto the stack, riscv_trap() or riscv_user_trap(), registers back
 * (Privileged Architecture 12.1).
 *
 * In:  S-mode, interrupts off by hardware, sepc/scause/stval set, all else as in the interrupted code.
 * While a hart is in the kernel, stvec is riscv_trap_entry; while it is in user mode, riscv_user_entry. So
 * nobody has to ask where a trap came from. sscratch always points to struct riscv_hart, but for the first
 * instructions of riscv_user_entry. The kernel does not use gp (nothing is addressed by it) and uses tp for
 * nothing else than as the one free register here: what a program had in them lies in its frame.
 *
 * From the kernel:
 *  1 would the frame reach the guard page? then onto the emergency stack
 *  2 save all registers, and what the hardware says
 *  3 riscv_trap(frame, emergency)
 *  4 restore, return to where it came from
 *
 * From user mode, where sp may be anything:
 *  1 onto the kernel stack that hal_user_load() noted
 *  2 save all registers, and what the hardware says; from here on traps are the kernel's
 *  3 riscv_user_trap(frame)
 *  4 restore, return to user mode
 */
#include <arch/offsets.h>
#include <kernel/config.h>

#define GUARD_BITS 2 /* a slot is 1 << GUARD_BITS pages, of which the lowest is the guard */
#if KSTACK_SLOT != PAGE_SIZE << GUARD_BITS
#error "GUARD_BITS does not fit KSTACK_SLOT"
#endif
#if FRAME_ra != 0
#error "ra is not where sp points to"
#endif

/* fp, pc: for the record */
.macro save_registers fp, pc
    sd      ra, FRAME_ra(sp)
    sd      gp, FRAME_gp(sp)
    sd      t0, FRAME_t0(sp)
    sd      t1, FRAME_t1(sp)
    sd      t2, FRAME_t2(sp)
    sd      s0, FRAME_s0(sp)
    sd      s1, FRAME_s1(sp)
    sd      a0, FRAME_a0(sp)
    sd      a1, FRAME_a1(sp)
    sd      a2, FRAME_a2(sp)
    sd      a3, FRAME_a3(sp)
    sd      a4, FRAME_a4(sp)
    sd      a5, FRAME_a5(sp)
    sd      a6, FRAME_a6(sp)
    sd      a7, FRAME_a7(sp)
    sd      s2, FRAME_s2(sp)
    sd      s3, FRAME_s3(sp)
    sd      s4, FRAME_s4(sp)
    sd      s5, FRAME_s5(sp)
    sd      s6, FRAME_s6(sp)
    sd      s7, FRAME_s7(sp)
    sd      s8, FRAME_s8(sp)
    sd      s9, FRAME_s9(sp)
    sd      s10, FRAME_s10(sp)
    sd      s11, FRAME_s11(sp)
    sd      t3, FRAME_t3(sp)
    sd      t4, FRAME_t4(sp)
    sd      t5, FRAME_t5(sp)
    sd      t6, FRAME_t6(sp)
    csrr    t0, sepc
    csrr    t1, sstatus
    csrr    t2, scause
    csrr    t3, stval
    sd      t0, FRAME_sepc(sp)
    sd      t1, FRAME_sstatus(sp)
    sd      t2, FRAME_scause(sp)
    sd      t3, FRAME_stval(sp)
    sd      \fp, FRAME_record_fp(sp)
    sd      \pc, FRAME_record_pc(sp)
    addi    s0, sp, FRAME_SIZE                  /* the record lies just below */
.endm

/* All but sp and tp. */
.macro restore_registers
    ld      t0, FRAME_sepc(sp)
    ld      t1, FRAME_sstatus(sp)
    csrw    sepc, t0
    csrw    sstatus, t1
    ld      ra, FRAME_ra(sp)
    ld      gp, FRAME_gp(sp)
    ld      t0, FRAME_t0(sp)
    ld      t1, FRAME_t1(sp)
    ld      t2, FRAME_t2(sp)
    ld      s0, FRAME_s0(sp)
    ld      s1, FRAME_s1(sp)
    ld      a0, FRAME_a0(sp)
    ld      a1, FRAME_a1(sp)
    ld      a2, FRAME_a2(sp)
    ld      a3, FRAME_a3(sp)
    ld      a4, FRAME_a4(sp)
    ld      a5, FRAME_a5(sp)
    ld      a6, FRAME_a6(sp)
    ld      a7, FRAME_a7(sp)
    ld      s2, FRAME_s2(sp)
    ld      s3, FRAME_s3(sp)
    ld      s4, FRAME_s4(sp)
    ld      s5, FRAME_s5(sp)
    ld      s6, FRAME_s6(sp)
    ld      s7, FRAME_s7(sp)
    ld      s8, FRAME_s8(sp)
    ld      s9, FRAME_s9(sp)
    ld      s10, FRAME_s10(sp)
    ld      s11, FRAME_s11(sp)
    ld      t3, FRAME_t3(sp)
    ld      t4, FRAME_t4(sp)
    ld      t5, FRAME_t5(sp)
    ld      t6, FRAME_t6(sp)
.endm

    .section .text
    .globl  riscv_trap_entry
    .balign 4
riscv_trap_entry:
    /* 1 */
    addi    tp, sp, -FRAME_SIZE
    slli    tp, tp, 64 - PAGE_SHIFT - GUARD_BITS
    srli    tp, tp, 64 - GUARD_BITS
    beqz    tp, overflow

    /* 2 */
    addi    sp, sp, -FRAME_SIZE
    save_registers s0, t0
    addi    t0, sp, FRAME_SIZE
    sd      t0, FRAME_sp(sp)

    /* 3 */
    mv      a0, sp
    li      a1, 0
    call    riscv_trap

    /*
     * 4: riscv_trap() came back, maybe long after and with other threads in between; sp is again this frame
     */
    restore_registers
    addi    sp, sp, FRAME_SIZE
    sret

overflow:                                       /* never returns */
    csrr    tp, sscratch
    sd      sp, FRAME_sp(tp)                    /* its first member is a frame */
    mv      sp, tp
    save_registers s0, t0
    mv      a0, sp
    li      a1, 1
    call    riscv_trap

    .globl  riscv_user_entry
    .balign 4
riscv_user_entry:
    /* 1 */
    csrrw   tp, sscratch, tp
    sd      sp, HART_user_sp(tp)
    ld      sp, HART_user(tp)

    /* 2 */
    save_registers zero, zero
    ld      t0, HART_user_sp(tp)
    csrrw   t1, sscratch, tp
    sd      t0, FRAME_sp(sp)
    sd      t1, FRAME_tp(sp)
    lla     t0, riscv_trap_entry
    csrw    stvec, t0

    /* 3 */
    mv      a0, sp
    call    riscv_user_trap

    /*
     * 4: maybe on another hart. A reservation that another thread has left must not let this one's sc succeed
     * (Unprivileged ISA 14.2): an sc here ends it, and stores at most what is there already.
     */
user_return:
    lla     t0, riscv_user_entry
    csrw    stvec, t0
    restore_registers
    sc.d    zero, ra, (sp)
    ld      tp, FRAME_tp(sp)
    ld      sp, FRAME_sp(sp)
    sret

/* hal_frame_resume(a0: frame) */
    .globl  hal_frame_resume
hal_frame_resume:
    mv      sp, a0
    j       user_return
