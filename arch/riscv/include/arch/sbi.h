/* arch/sbi.h - calls to the firmware (RISC-V SBI specification 2.0, chapter 3). */
#pragma once

#define SBI_LEGACY_PUTCHAR 1
#define SBI_EXT_TIME       0x54494d45
#define SBI_EXT_SRST       0x53525354
#define SBI_EXT_HSM        0x48534d /* chapter 9 */
#define SBI_EXT_IPI        0x735049 /* chapter 7 */

#define SBI_SRST_SHUTDOWN    0
#define SBI_SRST_COLD_REBOOT 1

#ifndef __ASSEMBLER__
/* Any context. Returns the error code: 0, or negative. */
static inline long sbi_call(unsigned long ext, unsigned long fn, unsigned long arg0, unsigned long arg1,
                            unsigned long arg2)
{
    register unsigned long a0 __asm__("a0") = arg0;
    register unsigned long a1 __asm__("a1") = arg1;
    register unsigned long a2 __asm__("a2") = arg2;
    register unsigned long a6 __asm__("a6") = fn;
    register unsigned long a7 __asm__("a7") = ext;
    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a6), "r"(a7) : "memory");
    return (long)a0;
}
#endif
