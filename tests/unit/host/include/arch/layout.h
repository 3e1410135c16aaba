/* arch/layout.h - the kernel half of the host port: at a place in a process that nobody else wants. */
#pragma once

/*
 * Physical address 0 is KERNEL_BASE. Its low 32 bits are a kernel half of 2 GiB, as tables of i386 have it, and its low
 * 39 bits leave room for that of the others; the two look for it in different entries of the top table.
 */
#define KERNEL_BASE 0x402080000000
#define KMAP_BASE   0x4020f0000000
#define KMAP_END    0x4020fc000000
#define DEVICE_BASE 0x4020fc000000

/* Where the image lies: for image.c, and for who wants to know better than the linker. The stack slot is at its end. */
#define IMAGE_PA      0x3fe000
#define TEXT_PA       0x3ff000
#define TEXT_END_PA   0x603000 /* a whole block of 2 MiB is in it */
#define RODATA_END_PA 0x605000
#define BOOT_STACK_PA 0x608000
#define IMAGE_END_PA  0x60c000
