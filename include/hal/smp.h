/*
 * hal/smp.h - the other CPUs: how they come, and how they are called.     port: smp.c
 *
 * CPUs are numbered from 0 to boot_info.ncpus - 1. The boot CPU is 0; which of the machine's CPUs the others
 * are, only the port knows.
 */
#pragma once
#include <stdint.h>

/*
 * No spinlock held, boot CPU, one at a time, after hal_pt_kernel(). `cpu` wakes, turns MMU and caches on with
 * the tree last given to hal_pt_kernel(), and calls kernel_secondary_main(cpu) on the stack that ends at
 * stack_top (16-byte aligned): all that was written before this call, it sees. Returns 0 as soon as it has
 * come so far, or -EIO if it does not within a second; then it must never be started again.
 */
int hal_cpu_start(unsigned cpu, uintptr_t stack_top);

/*
 * Any context, irqs off. hal_info.ipi_irq becomes pending on `cpu`, which has been started; it may be the
 * caller. What this CPU wrote before, that one sees when it has claimed the interrupt. Several calls may be
 * one interrupt.
 */
void hal_ipi_send(unsigned cpu);
