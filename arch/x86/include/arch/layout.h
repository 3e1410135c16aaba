/* arch/layout.h - the kernel half of the address space, 2 GiB; for C, assembly and the linker script. */
#pragma once

/* What lies at its physical address at the top are devices: the APICs, and the windows of PCI. */
#define KERNEL_BASE      0x80000000 /* physical address 0 */
#define DIRECT_MAP_MIB   1792
#define KMAP_BASE        0xf0000000
#define KMAP_END         0xfc000000
#define DEVICE_BASE      0xfc000000
