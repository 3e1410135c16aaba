/* console.c - a PL011 (Arm PrimeCell UART Technical Reference Manual, DDI 0183, section 3.3). */
#include <board/board.h>
#include <hal/console.h>
#include <hal/mmu.h>

enum { UART_IBRD = 0x24, UART_FBRD = 0x28, UART_LCRH = 0x2c, UART_IMSC = 0x38, UART_ICR = 0x44 };
enum { LCRH_8N1_FIFO = 0x70, IMSC_RX = 0x10, IMSC_RX_TIMEOUT = 0x40, ICR_ALL = 0x7ff };

/* The divisor counts in 64ths of 16 clocks. */
enum { BAUD = 115200, DIVISOR = (BOARD_UART_CLOCK * 4 + BAUD / 2) / BAUD };

static volatile uint32_t *reg(unsigned offset)
{
    return (volatile uint32_t *)((uintptr_t)hal_p2v(BOARD_UART_PA) + offset);
}

/* The baud rate takes effect with the write to LCRH, which needs a UART that is off. */
void hal_console_init(void)
{
    while (*reg(UART_FR) & UART_FR_BUSY) { /* what the firmware still has to say */
    }
    *reg(UART_CR) = 0;
    *reg(UART_IBRD) = DIVISOR / 64;
    *reg(UART_FBRD) = DIVISOR % 64;
    *reg(UART_LCRH) = LCRH_8N1_FIFO;
    *reg(UART_ICR) = ICR_ALL;
    *reg(UART_IMSC) = IMSC_RX | IMSC_RX_TIMEOUT;
    *reg(UART_CR) = UART_CR_ENABLE | UART_CR_TX | UART_CR_RX;
}

void hal_console_putc(char c)
{
    while (*reg(UART_FR) & UART_FR_TX_FULL) {
    }
    *reg(UART_DR) = (unsigned char)c;
}

int hal_console_getc(void)
{
    return *reg(UART_FR) & UART_FR_RX_EMPTY ? -1 : (unsigned char)*reg(UART_DR);
}
