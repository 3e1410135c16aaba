/* board/board.h - QEMU's RISC-V "virt" machine: the facts that the device tree cannot say. */
#pragma once

#define BOARD_NAME "qemu-virt"

/* OpenSBI lies in the first 2 MiB of RAM and enters S-mode behind them. */
#define BOARD_LOAD_OFFSET 0x200000
#define BOARD_LOAD_PA     0x80200000
#define BOARD_LOAD_TEXT   "0x80200000"

#ifndef __ASSEMBLER__
#include <lib/fdt.h>
#include <stdint.h>

struct board {             /* from the device tree, constant after board_probe() */
    uintptr_t uart;        /* virtual */
    uintptr_t test;        /* virtual; 0: there is no such device */
};

extern struct board board;

void board_probe(const struct dt *dt); /* irqs off, boot, once. Fills in board and hal_info. */
#endif
