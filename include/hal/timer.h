/*
 * hal/timer.h - a counter that never stops, and one alarm per CPU.        port: timer.c, arch/timer.h
 *
 * The kernel is tickless: it sets the alarm for the next thing that has to happen on this CPU, and a CPU
 * with nothing due takes no interrupt.
 */
#pragma once
#include <stdint.h>

static inline uint64_t hal_timer_now(void); /* Any context. boot_info.timer_hz counts a second; monotonic. */

void hal_timer_init_cpu(void);       /* irqs off, once per CPU. No alarm set, hal_info.timer_irq unmasked. */
/*
 * irqs off. THE alarm of this CPU, replacing the last, which is quiet from here on: at counter
 * value `when`, at once if that is past, never if it is UINT64_MAX. May come early when `when` is further
 * away than the device can count: the core looks and arms again.
 */
void hal_timer_arm(uint64_t when);

#include <arch/timer.h>
