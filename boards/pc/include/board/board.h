/* board/board.h - a PC: what is where in all of them. */
#pragma once

#define BOARD_NAME "pc"

/* Above the hole of video memory and BIOS. */
#define BOARD_LOAD_PA 0x100000

#define BOARD_UART           0x3f8 /* ports of COM1 */
#define BOARD_UART_IRQ       4
#define BOARD_KEYBOARD_IRQ   1
#define BOARD_VGA_TEXT       0xb8000 /* physical */
#define BOARD_VGA_TEXT_SIZE  0x8000

#ifndef __ASSEMBLER__
#include <stdbool.h>

struct board {             /* constant after board_probe() */
    bool uart;             /* there are PCs without */
    bool keyboard;
};

extern struct board board;

void board_probe(void); /* irqs off, boot, once. Fills in board and hal_info. */

/* The parts of the console: contracts as in hal/console.h. */
void uart_init(void);
void uart_putc(char c);
int  uart_getc(void);
void vga_init(void);
void vga_putc(char c);
void keyboard_init(void);
int  keyboard_getc(void);
#endif
