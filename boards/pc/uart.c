/* uart.c - a 16550A (National Semiconductor PC16550D data sheet, section 8), at ports. */
#include <arch/sysreg.h>
#include <board/board.h>

enum { UART_RBR = 0, UART_THR = 0, UART_DLL = 0, UART_IER = 1, UART_DLM = 1, UART_FCR = 2 };
enum { UART_LCR = 3, UART_MCR = 4, UART_LSR = 5 };
enum { IER_RX = 1, FCR_ENABLE_CLEAR = 7, LCR_8N1 = 3, LCR_DLAB = 0x80, MCR_DTR_RTS_OUT2 = 11 };
enum { LSR_RX_READY = 1, LSR_TX_EMPTY = 32 };
enum { DIVISOR_115200 = 1 };

static uint16_t reg(unsigned n)
{
    return (uint16_t)(BOARD_UART + n);
}

/* The firmware may have set any speed, or none. OUT2 lets the interrupt through to the 8259A. */
void uart_init(void)
{
    if (!board.uart)
        return;
    outb(reg(UART_LCR), LCR_DLAB);
    outb(reg(UART_DLL), DIVISOR_115200);
    outb(reg(UART_DLM), DIVISOR_115200 >> 8);
    outb(reg(UART_LCR), LCR_8N1);
    outb(reg(UART_FCR), FCR_ENABLE_CLEAR);
    outb(reg(UART_MCR), MCR_DTR_RTS_OUT2);
    outb(reg(UART_IER), IER_RX);
}

void uart_putc(char c)
{
    if (!board.uart)
        return;
    while ((inb(reg(UART_LSR)) & LSR_TX_EMPTY) == 0) {
    }
    outb(reg(UART_THR), (uint8_t)c);
}

int uart_getc(void)
{
    return board.uart && (inb(reg(UART_LSR)) & LSR_RX_READY) != 0 ? inb(reg(UART_RBR)) : -1;
}
