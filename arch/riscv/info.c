/* info.c - this machine as data. Console line and device windows: from the device tree, by board_probe(). */
#include <arch/layout.h>
#include <arch/riscv.h>
#include <arch/user.h>
#include <board/board.h>
#include <hal/info.h>

struct hal_info hal_info = {
    .arch = "riscv",
    .board = BOARD_NAME,
    .pt_top_bits = 9,
    .kernel_base = KERNEL_BASE,
    .kmap_base = KMAP_BASE,
    .kmap_end = KMAP_END,
    .split_trees = false,
    .timer_irq = RISCV_IRQ_TIMER,
    .ipi_irq = RISCV_IRQ_IPI,
    .console_irq = { IRQ_NONE, IRQ_NONE },
    .result_reg = "A0",
    .fp_to_prev = -16,
    .fp_to_ret = -8,
    .abi = HAL_ABI_GENERIC,
    .user_size = sizeof(struct hal_user),
    .tls_desc_size = 0, /* the thread pointer is a register of the frame */
    .platform = "riscv64",
    .elf_machine = 243, /* EM_RISCV */
    .elf_bits = 64,
    .asids = 0, /* riscv_mmu_probe() */
    .nx = true,
    .tlb_keeps_absent = true,
};
