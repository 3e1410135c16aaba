/*
 * hal/frame.h - the trap frame: every register of interrupted code.        port: frame.c, entry.{asm,S}
 *
 * Opaque to the core. Any context.
 */
#pragma once
#include <stdint.h>

struct hal_frame; /* arch/<port>/include/arch/frame.h */

uintptr_t hal_frame_pc(const struct hal_frame *f);
uintptr_t hal_frame_sp(const struct hal_frame *f);  /* The stack pointer at the moment of the trap. */
/* The return-address register; 0 where the machine has none. */
uintptr_t hal_frame_link(const struct hal_frame *f);
uintptr_t hal_frame_fp(const struct hal_frame *f);  /* The frame pointer: where a backtrace starts. */
void      hal_frame_dump(const struct hal_frame *f); /* printk() all registers under the machine's names. */
