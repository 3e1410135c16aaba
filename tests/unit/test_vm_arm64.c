/* test_vm_arm64.c - kernel/vm.c over descriptors of arm64: 39 bits, devices amidst the direct map. */
#include "vm_model.h"

#include <arch/layout.h>

#define GIB (1ull << 30)

/* clang-format off */
#define WINDOW(pa, size, name) { (pa), KERNEL_BASE + (pa), (size), (name) }
/* clang-format on */

const struct vm_port vm_port = {
    .name = "vm_arm64",
    .top_bits = 9,
    .split_trees = true,
    .ram_end = 8 * GIB,
    .kmap_base = KERNEL_BASE + 256 * GIB,
    .kmap_end = KERNEL_BASE + 257 * GIB,
    .window = {
        WINDOW(0xfe201000, 0x1000, "UART"),
        WINDOW(0xfe100000, 0x1000, "power management"),
        WINDOW(0xff840000, 0x8000, "GIC"),
        WINDOW(0xff800000, 8, "not a whole page"),
    },
};
