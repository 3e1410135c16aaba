/* power.c - QEMU's debug exit, which can tell the host a status; else ACPI, and the ways to reset a PC. */
#include <arch/sysreg.h>
#include <board/board.h>
#include <hal/cpu.h>
#include <hal/power.h>

enum { DEBUG_EXIT = 0xf4 };                            /* isa-debug-exit: v ends QEMU with status 2v + 1 */
enum { PM1A_CONTROL = 0x604, SLEEP_ENABLE = 1 << 13 }; /* ACPI 6.5, 4.8.3.2; port and type 0 as in QEMU */
enum { KEYBOARD_COMMAND = 0x64, PULSE_RESET = 0xfe };
enum { RESET_CONTROL = 0xcf9, RESET_HARD = 2, RESET_NOW = 6 }; /* Intel's chip sets since the PIIX3 */

void hal_power_off(int status)
{
    hal_irq_save();
    if (status != 0)
        outb(DEBUG_EXIT, (uint8_t)((status - 1) / 2));
    else
        outw(PM1A_CONTROL, SLEEP_ENABLE);
    hal_halt(); /* the machine needs a moment */
}

void hal_reboot(void)
{
    static const struct __attribute__((packed)) {
        uint16_t    limit;
        const void *base;
    } no_idt;
    hal_irq_save();
    outb(KEYBOARD_COMMAND, PULSE_RESET);
    outb(RESET_CONTROL, RESET_HARD);
    outb(RESET_CONTROL, RESET_NOW);
    /* An exception that nothing can handle shuts the CPU down, and the board then resets it. */
    __asm__ volatile("lidt %0\n\tint3" : : "m"(no_idt));
    hal_halt();
}
