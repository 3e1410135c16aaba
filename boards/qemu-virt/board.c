/* board.c - where the devices are. */
#include <board/board.h>
#include <hal/info.h>
#include <hal/mmu.h>
#include <kernel/printk.h>

struct board board;

static uintptr_t add_window(unsigned i, struct dt_range r, const char *name)
{
    uintptr_t va = (uintptr_t)hal_p2v(r.base);
    hal_info.window[i] = (struct hal_window){ r.base, va, r.size, name };
    return va;
}

void board_probe(const struct dt *dt)
{
    struct dt_range r;
    uint32_t irq;
    unsigned n = 0;
    int uart = dt_find_compatible(dt, -1, "ns16550a");
    if (uart < 0 || dt_reg_cpu(dt, uart, 0, &r) != 0 || dt_u32(dt, uart, "interrupts", &irq) != 0)
        panic("the device tree has no ns16550a for the console");
    board.uart = add_window(n++, r, "UART");
    hal_info.console_irq[0] = (int)irq;
    if (dt_device(dt, "sifive,test0", 0, &r) == 0)
        board.test = add_window(n++, r, "test finisher");
}
