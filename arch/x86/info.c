/* info.c - this machine as data. Console lines and windows: from board_probe() and x86_irqchip_probe(). */
#include <arch/layout.h>
#include <arch/x86.h>
#include <board/board.h>
#include <hal/info.h>

struct hal_info hal_info = {
    .arch = "x86",
    .board = BOARD_NAME,
    .pt_top_bits = 2,
    .kernel_base = KERNEL_BASE,
    .kmap_base = KMAP_BASE,
    .kmap_end = KMAP_END,
    .split_trees = false,
    .timer_irq = X86_IRQ_TIMER,
    .ipi_irq = X86_IRQ_IPI,
    .console_irq = { IRQ_NONE, IRQ_NONE },
    .result_reg = "EAX",
    .fp_to_prev = 0,
    .fp_to_ret = 4,
    .nx = false, /* x86_mmu_probe() */
};
