/* info.c - this machine as data. Console line and device windows: board.h. */
#include <arch/arm64.h>
#include <arch/layout.h>
#include <arch/user.h>
#include <board/board.h>
#include <hal/info.h>

/* clang-format off */
#define WINDOW(pa, size, name) { (pa), KERNEL_BASE + (pa), (size), (name) }
/* clang-format on */

struct hal_info hal_info = {
    .arch = "arm64",
    .board = BOARD_NAME,
    .pt_top_bits = 9,
    .kernel_base = KERNEL_BASE,
    .kmap_base = KMAP_BASE,
    .kmap_end = KMAP_END,
    .split_trees = true,
    .timer_irq = ARM64_IRQ_TIMER,
    .ipi_irq = ARM64_IRQ_IPI,
    .console_irq = { BOARD_UART_IRQ, IRQ_NONE },
    .result_reg = "X0",
    .fp_to_prev = 0,
    .fp_to_ret = 8,
    .abi = HAL_ABI_GENERIC,
    .user_size = sizeof(struct hal_user),
    .platform = "aarch64",
    .elf_machine = 183,
    .elf_bits = 64,
    .tlb_broadcast = true,
    .nx = true,
    .window = {
        WINDOW(BOARD_UART_PA, BOARD_UART_SIZE, "UART"),
        WINDOW(BOARD_PM_PA, BOARD_PM_SIZE, "power management"),
        WINDOW(BOARD_GIC_PA, BOARD_GIC_SIZE, "GIC"),
    },
};
