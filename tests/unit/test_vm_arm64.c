/* test_vm_arm64.c - kernel/vm.c over the descriptors of arm64: 39 bits, devices among the RAM of the direct map. */
#include "vm_model.h"

#include <arch/layout.h>

#define GIB        (1ull << 30)
#define WINDOW(pa) { (pa), KERNEL_BASE + (pa), 0x1000, "device" }

const struct vm_port vm_port = {
    .name = "vm_arm64",
    .top_bits = 9,
    .ram_end = 8 * GIB,
    .kmap_base = KERNEL_BASE + 256 * GIB,
    .kmap_end = KERNEL_BASE + 257 * GIB,
    .window = {
        WINDOW(0xfe201000),
        WINDOW(0xfe100000),
        { 0xff840000, KERNEL_BASE + 0xff840000, 0x8000, "GIC" },
        { 0xff800000, KERNEL_BASE + 0xff800000, 8, "not a whole page" },
    },
};
