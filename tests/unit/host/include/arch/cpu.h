/* arch/cpu.h - the inlines of hal/cpu.h: each thread of the host is a CPU, and variables are its registers.
 *
 * Compiled with -include of this file.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct host_cpu {
    uintptr_t sp;      /* somewhere in the slot of the stack that it stands on */
    bool      irqs_on;
};

extern _Thread_local struct host_cpu host_cpu;

/* The core knows who runs by where its frame lies, in a slot for a kernel stack; ours lie elsewhere. */
#define __builtin_frame_address(level) ((void *)host_cpu.sp)

static inline uintptr_t hal_sp(void)
{
    return host_cpu.sp;
}

/* What a CPU does that spins: panic, unless a test says otherwise, since nobody else runs. */
extern void (*host_relax)(void);

static inline unsigned long hal_irq_save(void)
{
    unsigned long s = host_cpu.irqs_on;
    host_cpu.irqs_on = false;
    return s;
}

static inline void hal_irq_restore(unsigned long s)
{
    host_cpu.irqs_on = s != 0;
}

static inline void hal_irq_disable(void)
{
    host_cpu.irqs_on = false;
}

static inline void hal_irq_enable(void)
{
    host_cpu.irqs_on = true;
}

static inline bool hal_irq_enabled(void)
{
    return host_cpu.irqs_on;
}
