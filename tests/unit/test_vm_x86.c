/* test_vm_x86.c - kernel/vm.c over entries of PAE: a top table of 4, devices at the top of the address space.
 *
 * Planted and caught: the top table indexed by 9 bits; a block where only one of va and pa is aligned, each
 * way.
 */
#include "vm_model.h"

#include <arch/layout.h>

const struct vm_port vm_port = {
    .name = "vm_x86",
    .top_bits = 2,
    .ram_end = KMAP_BASE - KERNEL_BASE,
    .kmap_base = KMAP_BASE,
    .kmap_end = KMAP_END,
    .devices_base = DEVICE_BASE,
    .devices_end = DEVICE_BASE + 0x4000000,
    .window = {
        { 0xfee00000, DEVICE_BASE + 0x2e00000, 0x1000, "APIC" },
        { 0xfec00040, DEVICE_BASE + 0x2c00040, 0x20, "not a whole page" },
        { 0xfd000ffc, DEVICE_BASE + 0x1000ffc, 8, "in two pages" },
        { 0xfd200000, DEVICE_BASE + 0x1200000, 0x401000, "two blocks and a page" },
        { 0xfe000000, DEVICE_BASE + 0x3001000, 0x200000, "a block at another distance" },
        { 0xfe401000, DEVICE_BASE + 0x2400000, 0x200000, "and one the other way" },
    },
};
