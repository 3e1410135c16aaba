/*
 * hal/user.h - what a thread in user mode has besides its trap frame.      port: user.c, arch/user.h
 *
 * Its floating-point registers, and its thread pointer where that is not in the frame. The kernel touches
 * neither, so that they may stay in the CPU until somebody else goes to user mode there. A thread that has
 * not used floating point since it was loaded does not pay for it: it is off, and the first use a TRAP_FPU.
 */
#pragma once
#include <hal/frame.h>
#include <stdint.h>

struct hal_user; /* hal_info.user_size bytes, 64-byte aligned. Copied as bytes while it is not loaded */

/* Any context. As a program finds it when it begins. */
void hal_user_init(struct hal_user *u);

/*
 * irqs off. This CPU goes to user mode with u and f next. stack_top: of the thread's kernel stack, where the
 * next trap from there begins. Floating point is off. Instructions that any CPU has written to memory before
 * (hal_code_sync()) are what it executes.
 */
static inline void hal_user_load(const struct hal_user *u, struct hal_frame *f, uintptr_t stack_top);
/*
 * irqs off. u was loaded here last, and user mode may have changed it since: stores what is in the CPU.
 * It counts as not loaded from now on.
 */
static inline void hal_user_save(struct hal_user *u, struct hal_frame *f);
/* irqs off, u loaded. Floating point is on, with the registers from u. */
void hal_user_load_fpu(const struct hal_user *u, struct hal_frame *f);

/*
 * Thread; u is not loaded. Sets the thread pointer: to value, or where hal_info.tls_desc_size is not 0, as
 * the descriptor of so many bytes says (i386: struct user_desc, whose entry number is filled in). 0 or
 * -EINVAL.
 */
int hal_user_set_tls(struct hal_user *u, struct hal_frame *f, unsigned long value, void *desc);

#include <arch/user.h>
