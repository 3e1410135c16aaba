/* console.c - the serial port, and screen and keyboard: output goes to both, input comes from either. */
#include <board/board.h>
#include <hal/console.h>

void hal_console_init(void)
{
    uart_init();
    vga_init();
    keyboard_init();
}

void hal_console_putc(char c)
{
    uart_putc(c);
    vga_putc(c);
}

int hal_console_getc(void)
{
    int c = uart_getc();
    return c >= 0 ? c : keyboard_getc();
}
