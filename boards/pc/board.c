/* board.c - which of the devices are there. */
#include <arch/sysreg.h>
#include <board/board.h>
#include <hal/info.h>
#include <hal/mmu.h>

enum { UART_MCR = BOARD_UART + 4, UART_MSR = BOARD_UART + 6 };
enum { MCR_LOOP_RTS_OUT2 = 0x1a, MSR_CTS_DCD = 0x90, MSR_INPUTS = 0xf0 };
enum { KEYBOARD_STATUS = 0x64, NOBODY = 0xff };

struct board board;

/* In its test mode a UART hears its own modem lines: RTS as CTS, OUT2 as DCD (PC16550D data sheet, 8.6.6). */
static bool has_uart(void)
{
    outb(UART_MCR, MCR_LOOP_RTS_OUT2);
    return (inb(UART_MSR) & MSR_INPUTS) == MSR_CTS_DCD;
}

void board_probe(void)
{
    unsigned n = 0;
    board.uart = has_uart();
    board.keyboard = inb(KEYBOARD_STATUS) != NOBODY;
    if (board.uart)
        hal_info.console_irq[n++] = BOARD_UART_IRQ;
    if (board.keyboard)
        hal_info.console_irq[n++] = BOARD_KEYBOARD_IRQ;
    uintptr_t vga = (uintptr_t)hal_p2v(BOARD_VGA_TEXT);
    hal_info.window[0] = (struct hal_window){ BOARD_VGA_TEXT, vga, BOARD_VGA_TEXT_SIZE, "VGA text" };
}
