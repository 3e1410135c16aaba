/* arch/semihosting.h - calls to the debugger or emulator (Semihosting for AArch32 and AArch64, 2.0). */
#pragma once
#include <stdint.h>

#define SEMIHOSTING_EXIT_EXTENDED 0x20
#define ADP_APPLICATION_EXIT      0x20026

/* Any context. Without a debugger the instruction is undefined. */
static inline void semihosting_exit(uint64_t status)
{
    uint64_t block[2] = { ADP_APPLICATION_EXIT, status };
    register uint64_t x0 __asm__("x0") = SEMIHOSTING_EXIT_EXTENDED;
    register uint64_t *x1 __asm__("x1") = block;
    __asm__ volatile("hlt #0xf000" : "+r"(x0) : "r"(x1) : "memory");
}
