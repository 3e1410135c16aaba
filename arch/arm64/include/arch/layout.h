/* arch/layout.h - the kernel half of the address space (39 bits); for C, assembly and the linker script. */
#pragma once

/* TTBR1_EL1 has 512 GiB above: the lower end shows physical memory, of which the board has at most 8 GiB. */
#define KERNEL_BASE      0xffffff8000000000 /* physical address 0 */
#define DIRECT_MAP_GIB   8
#define BOOT_MAP_SIZE    0x40000000         /* what boot.S maps of it, besides the devices */
#define KMAP_BASE        0xffffffc000000000
#define KMAP_END         0xffffffc040000000
