/*
 * hal/boot.h - what the firmware said, in one neutral form.              port: boot.{asm,S}, early.c
 *
 * The state in which a port calls kernel_main():
 *   - one CPU, interrupts off, on a stack that fills a KSTACK_SLOT-aligned slot
 *   - .bss is zero; MMU and caches are on (before that C11 atomics are undefined on arm64)
 *   - RAM that holds the image, this structure, the command line and the lowest 16 MiB of ram[0] is
 *     readable and writable at hal_p2v(pa); the core maps the rest
 *   - the trap vector is in place, so that a fault in the core is reported
 */
#pragma once
#include <lib/range.h>
#include <stdint.h>

#define BOOT_MAX_RANGES 16

struct boot_ranges {
    struct mem_range range[BOOT_MAX_RANGES]; /* physical */
    unsigned         n;
};

struct boot_info {
    struct boot_ranges ram;       /* as the firmware lists it, what cannot be addressed cut off */
    struct boot_ranges reserved;  /* parts of it that somebody still uses: mapped, never handed out */
    struct boot_ranges hidden;    /* parts of it that must not even be mapped */
    uint64_t           ram_found; /* bytes of RAM on the machine, addressable or not */
    unsigned           ncpus;     /* CPUs that hal_cpu_start() can start, and the boot CPU: >= 1 */
    uint64_t           entry_ticks; /* hal_timer_now() at the first instruction of the kernel */
    uint32_t           timer_hz;  /* rate of hal_timer_now(): read or calibrated, never assumed */
    struct mem_range   initrd;    /* size 0: there is none */
    const char        *machine;   /* a name for people, never NULL */
    const char        *cmdline;   /* never NULL */
};
