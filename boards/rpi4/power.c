/*
 * power.c - the watchdog of the power management block, which resets; to boot from partition 63 is to halt.
 *
 * It cannot tell the host a status. A debugger or emulator can, asked by semihosting. Without one, as on a
 * board by itself, that instruction is undefined: it ends as a panic, or inside a panic, and the CPU halts.
 */
#include <arch/semihosting.h>
#include <board/board.h>
#include <hal/cpu.h>
#include <hal/mmu.h>
#include <hal/power.h>

enum { PM_RSTC = 0x1c, PM_RSTS = 0x20, PM_WDOG = 0x24 };
enum { RSTC_CONFIG = 0x30, RSTC_FULL_RESET = 0x20, RSTS_PARTITION = 0x555, WDOG_TICKS = 10 };

#define PM_PASSWORD 0x5a000000u

static volatile uint32_t *reg(unsigned offset)
{
    return (volatile uint32_t *)((uintptr_t)hal_p2v(BOARD_PM_PA) + offset);
}

static void reset(uint32_t partition)
{
    *reg(PM_RSTS) = PM_PASSWORD | (*reg(PM_RSTS) & ~(uint32_t)RSTS_PARTITION) | partition;
    *reg(PM_WDOG) = PM_PASSWORD | WDOG_TICKS;
    *reg(PM_RSTC) = PM_PASSWORD | (*reg(PM_RSTC) & ~(uint32_t)RSTC_CONFIG) | RSTC_FULL_RESET;
}

void hal_power_off(int status)
{
    hal_irq_save();
    if (status == 0)
        reset(RSTS_PARTITION);
    else
        semihosting_exit((uint64_t)status);
    hal_halt(); /* the machine needs a moment */
}

void hal_reboot(void)
{
    hal_irq_save();
    reset(0);
    hal_halt();
}
