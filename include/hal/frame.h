/*
 * hal/frame.h - the trap frame: registers of interrupted code. port: frame.c, arch/frame.h, entry.{asm,S}
 *
 * Opaque to the core. Any context. The frame of a trap from user mode always lies at the top of the thread's
 * kernel stack; the second half of this file is about such frames only.
 */
#pragma once
#include <stdint.h>

struct hal_frame; /* its members are the port's, and no one else's business */

uintptr_t hal_frame_pc(const struct hal_frame *f);
uintptr_t hal_frame_sp(const struct hal_frame *f);  /* The stack pointer at the moment of the trap. */
/* The return-address register; 0 where the machine has none. */
uintptr_t hal_frame_link(const struct hal_frame *f);
uintptr_t hal_frame_fp(const struct hal_frame *f);  /* The frame pointer: where a backtrace starts. */
void      hal_frame_dump(const struct hal_frame *f); /* printk() all registers under the machine's names. */

/* Where it lies on the stack whose first free byte from above is at stack_top (16-byte aligned). */
static inline struct hal_frame *hal_frame_user(uintptr_t stack_top);
/* A program begins: at pc, with that stack pointer, interrupts on, every other register 0. */
void hal_frame_init(struct hal_frame *f, uintptr_t pc, uintptr_t sp);
void hal_frame_copy(struct hal_frame *to, const struct hal_frame *from);
void hal_frame_set_sp(struct hal_frame *f, uintptr_t sp);

/* Of a TRAP_SYSCALL: the number of the call, and its arguments. */
static inline unsigned long hal_frame_call(const struct hal_frame *f, unsigned long arg[6]);
static inline void hal_frame_set_result(struct hal_frame *f, long result);
/* Both of a TRAP_SYSCALL: the registers of arguments 2 to 5 are now what they are in the other. A message. */
static inline void hal_frame_pass(struct hal_frame *to, const struct hal_frame *from);
/* Back to the instruction that called: the call, whose result has not been set, is made again. */
void hal_frame_call_again(struct hal_frame *f);

/* irqs off, hal_user_load() has been called. Leaves the kernel as a trap does at its end. */
_Noreturn void hal_frame_resume(struct hal_frame *f);

#include <arch/frame.h>
