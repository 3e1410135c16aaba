/* arch/layout.h - the kernel half of the address space (Sv39); for C, assembly and the linker script. */
#pragma once

/* Sv39 has 256 GiB above: half of them show physical memory, 2 are the kmap window. */
#define KERNEL_BASE      0xffffffc000000000 /* physical address 0 */
#define DIRECT_MAP_GIB   128
#define KMAP_BASE        0xffffffe000000000
#define KMAP_END         0xffffffe080000000
