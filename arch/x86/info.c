/* info.c - this machine as data. Console lines and windows: from board_probe() and x86_irqchip_probe(). */
#include <arch/layout.h>
#include <arch/user.h>
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
    .abi = HAL_ABI_I386,
    .user_size = sizeof(struct hal_user),
    .tls_desc_size = 16, /* struct user_desc of Linux */
    .platform = "i686",
    .elf_machine = 3, /* EM_386 */
    .elf_bits = 32,
    .asids = 0,
    .tlb_broadcast = false,
    .tlb_keeps_absent = false, /* but for the top table: x86_mmu_reload() */
    .nx = false,               /* x86_mmu_probe() */
};
