/* console.c - an NS16550A (National Semiconductor PC16550D data sheet, section 8), registers a byte apart. */
#include <arch/sbi.h>
#include <board/board.h>
#include <hal/console.h>

enum { UART_RBR = 0, UART_THR = 0, UART_IER = 1, UART_FCR = 2, UART_LCR = 3, UART_MCR = 4, UART_LSR = 5 };
enum { IER_RX = 1, FCR_ENABLE_CLEAR = 7, LCR_8N1 = 3, MCR_DTR_RTS_OUT2 = 11 };
enum { LSR_RX_READY = 1, LSR_TX_EMPTY = 32 };

static volatile unsigned char *reg(unsigned n)
{
    return (volatile unsigned char *)(board.uart + n);
}

/* The firmware has set the speed. */
void hal_console_init(void)
{
    if (board.uart == 0)
        return; /* nobody has found it: then this is a panic of the boot */
    *reg(UART_LCR) = LCR_8N1;
    *reg(UART_FCR) = FCR_ENABLE_CLEAR;
    *reg(UART_MCR) = MCR_DTR_RTS_OUT2;
    *reg(UART_IER) = IER_RX;
}

void hal_console_putc(char c)
{
    if (board.uart == 0) {
        sbi_call(SBI_LEGACY_PUTCHAR, 0, (unsigned char)c, 0, 0);
        return;
    }
    while ((*reg(UART_LSR) & LSR_TX_EMPTY) == 0) {
    }
    *reg(UART_THR) = (unsigned char)c;
}

int hal_console_getc(void)
{
    return *reg(UART_LSR) & LSR_RX_READY ? *reg(UART_RBR) : -1;
}
