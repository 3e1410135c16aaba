/* arch/sysreg.h - system registers (Arm ARM D17.2); the constants are for C and assembly. */
#pragma once

#define DAIF_I 0x80 /* interrupts masked; msr daifset and daifclr count bits from here */

#define SPSR_MODE    0x1f       /* exception level, stack pointer, and bit 4: AArch32 */
#define SPSR_DAIF    0x3c0      /* what is masked */
#define SPSR_NZCV    0xf0000000 /* all that a program may change */
#define SPSR_USER    0x140      /* EL0 in 64 bits; FIQ and SError masked, as in the kernel */
#define SPSR_EL1H    0x3c5 /* EL1 with its own stack pointer, everything masked */
#define SPSR_EL2H    0x3c9

#define CURRENT_EL2 (2 << 2)

#define MPIDR_AFFINITY 0xffffff /* which CPU of which cluster */
#define MPIDR_CPU      0xff     /* which of its cluster: there is one cluster */

/* What EL3 hands on: lower levels are non-secure, 64-bit; hvc and smc, which none answers, are undefined. */
#define SCR_NS_RW_SMD  0x4b1
#define CPUECTLR_EL1   S3_1_C15_C2_1 /* Cortex-A72 TRM 4.3.67 */
#define CPUECTLR_SMPEN 0x40          /* this CPU takes part in coherency: before MMU and caches */

/* What EL2 hands on: EL1 is 64-bit and may use counters, timers and floating point as it likes. */
#define HCR_RW             0x80000000
#define CNTHCTL_EL1_TIMERS 3
#define CPTR_EL2_RES1      0x33ff
#define SCTLR_EL2_RES1     0x30c50830

#define SCTLR_EL1_RES1 0x30d00800
#define SCTLR_M        0x1    /* MMU */
#define SCTLR_C        0x4    /* data cache */
#define SCTLR_SA       0x8    /* stack pointer alignment is checked */
#define SCTLR_SA0      0x10   /*   in user mode too */
#define SCTLR_I        0x1000 /* instruction cache */

/*
 * What user mode may, as programs for Linux expect: know the caches' lines (UCT), zero and clean them (DZE,
 * UCI), wait (nTWI, nTWE: an interrupt ends it). Not: see or change what is masked (UMA).
 */
#define SCTLR_USER (1 << 14 | 1 << 15 | 1 << 16 | 1 << 18 | 1 << 26)

#define CPACR_FPEN   (3 << 20) /* floating point is on; else an instruction of it traps, at EL0 and EL1 */
#define CNTKCTL_USER 2         /* user mode reads the virtual counter, and no other register of the timers */
#define MDSCR_TDCC   (1 << 12) /* no debugger's channel for user mode; no breakpoints by hardware */

/* Attribute 0: normal memory, write-back, allocating. 1: device: no gathering, no reordering (nGnRE). */
#define MAIR_NORMAL_DEVICE 0x04ff

/*
 * Both halves have 39 bits (T0SZ = T1SZ = 25) and pages of 4 KiB; the walk goes through the caches (inner and
 * outer write-back, allocating, inner shareable); physical addresses have 36 bits.
 */
#define TCR_LOWER (25 | 1 << 8 | 1 << 10 | 3 << 12)
#define TCR_UPPER (25 << 16 | 1 << 24 | 1 << 26 | 3 << 28 | 2 << 30)
#define TCR_IPS   (1 << 32)
#define TCR_AS    (1 << 36) /* ASIDs have 16 bits, where ID_AA64MMFR0_EL1.ASIDBits says 2; else 8 */

#define MMFR0_ASID_BIT 5
#define TTBR_ASID      48 /* where the ASID begins in TTBR0_EL1 */

#define CNTV_CTL_ENABLE 1

#define CACHE_LINE 64 /* Cortex-A72 TRM 6.1 */

#define SYSREG_TEXT_(x) #x
#define SYSREG_TEXT(x)  SYSREG_TEXT_(x)

#define sysreg_read(reg)                                                                                   \
    ({                                                                                                     \
        unsigned long v_;                                                                                  \
        __asm__ volatile("mrs %0, " SYSREG_TEXT(reg) : "=r"(v_) : : "memory");                             \
        v_;                                                                                                \
    })
#define sysreg_write(reg, v) __asm__ volatile("msr " SYSREG_TEXT(reg) ", %x0" : : "rZ"(v) : "memory")
