/* kernel/config.h - sizes that the core, the ports and their assembly have to agree on; only #defines. */
#pragma once

#define PAGE_SHIFT 12
#define PAGE_SIZE  4096

/*
 * A kernel stack fills an aligned slot. The lowest page of the slot is never mapped, so that an overflow
 * faults; the highest KSTACK_RESERVED bytes hold struct kstack_top, in which current() and this_cpu() look.
 */
#define KSTACK_SLOT     16384
#define KSTACK_RESERVED 16

#define MAX_CPUS 8
#define MAX_IRQS 256

/* What hal_power_off() tells the host. All odd but 0, because the PC's debug port can only say odd values. */
#define EXIT_STATUS_OK    0
#define EXIT_STATUS_PASS  33
#define EXIT_STATUS_FAIL  35
#define EXIT_STATUS_PANIC 37
