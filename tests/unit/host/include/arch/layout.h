/* arch/layout.h - the kernel half of the host port: at a place in a process that nobody else wants. */
#pragma once

/*
 * Physical address 0 is KERNEL_BASE. In 32 bits it begins a kernel half of 2 GiB, as i386 has it, and in 39
 * bits there is room behind it for those of the others; it is not the same entry of the top table.
 */
#define KERNEL_BASE 0x402080000000
#define KMAP_BASE   0x4020f0000000
#define KMAP_END    0x4020fc000000
#define DEVICE_BASE 0x4020fc000000

/* Where the image lies, for image.c and for tests. The boot stack is at its end. */
#define IMAGE_PA      0x3fe000
#define TEXT_PA       0x3ff000
#define TEXT_END_PA   0x603000 /* a whole block of 2 MiB is in it */
#define RODATA_END_PA 0x605000
#define BOOT_STACK_PA 0x608000
#define IMAGE_END_PA  0x60c000
