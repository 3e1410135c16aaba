/* test_vm_riscv.c - kernel/vm.c over entries of Sv39: the kmap window takes three entries of the top table.
 *
 * Planted and caught: the last of the three not prepared.
 */
#include "vm_model.h"

#include <arch/layout.h>

#define GIB (1ull << 30)

const struct vm_port vm_port = {
    .name = "vm_riscv",
    .top_bits = 9,
    .keeps_absent = true,
    .ram_end = 4 * GIB,
    .kmap_base = KERNEL_BASE + 128 * GIB + 0x20000000,
    .kmap_end = KERNEL_BASE + 130 * GIB + 0x1000000,
    .window = {
        { 0x0c000000, KERNEL_BASE + 0x0c000000, 0x600000, "PLIC" },
        { 0x10000000, KERNEL_BASE + 0x10000000, 0x100, "UART" },
    },
};
