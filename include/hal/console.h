/*
 * hal/console.h - one character out, one character in.                    board: console.c
 *
 * The board never calls up: the core registers for hal_info.console_irq[] and pulls bytes.
 */
#pragma once

/* irqs off, once. Output works on return; input interrupts are enabled in the device. */
void hal_console_init(void);
/* Any context; the caller serialises. May spin on the transmitter. Adds no CR. */
void hal_console_putc(char c);
/* irqs off. Next byte or -1, at once. Reading until -1 quiets the interrupt. */
int  hal_console_getc(void);
