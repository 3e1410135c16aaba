/* arch/sysreg.h - control and status registers (RISC-V Privileged Architecture, chapter 10). */
#pragma once

#define SSTATUS_SIE      (1ul << 1)
#define SSTATUS_SPIE     (1ul << 5)
#define SSTATUS_SPP      (1ul << 8)
#define SSTATUS_FS       (3ul << 13) /* all bits: dirty. 0: off */
#define SSTATUS_FS_CLEAN (2ul << 13)
#define SSTATUS_UXL_64   (2ul << 32)

#define SIE_SSIE (1ul << 1) /* the same bits in sip */
#define SIE_STIE (1ul << 5)
#define SIE_SEIE (1ul << 9)

#define SCAUSE_INTERRUPT  (1ul << 63)
#define SCAUSE_USER_ECALL 8

#define SCOUNTEREN_TM (1ul << 1)

#define SATP_SV39       (8ul << 60)
#define SATP_ASID_SHIFT 44
#define SATP_ASID       (0xfffful << SATP_ASID_SHIFT)

/* CSR numbers that gcc 12's assembler has no names for, and of what it would refuse without -march=...fd. */
#define CSR_STIMECMP 0x14d
#define CSR_FCSR     0x003

#define CSR_TEXT_(x) #x
#define CSR_TEXT(x)  CSR_TEXT_(x)

#define csr_read(csr)                                                                                      \
    ({                                                                                                     \
        unsigned long v_;                                                                                  \
        __asm__ volatile("csrr %0, " CSR_TEXT(csr) : "=r"(v_) : : "memory");                               \
        v_;                                                                                                \
    })
#define csr_write(csr, v) __asm__ volatile("csrw " CSR_TEXT(csr) ", %0" : : "rK"(v) : "memory")
#define csr_set(csr, v)   __asm__ volatile("csrs " CSR_TEXT(csr) ", %0" : : "rK"(v) : "memory")
#define csr_clear(csr, v) __asm__ volatile("csrc " CSR_TEXT(csr) ", %0" : : "rK"(v) : "memory")
