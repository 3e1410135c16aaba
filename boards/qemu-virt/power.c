/* power.c - the test finisher, which can tell the host a status; else the firmware (SBI 2.0, chapter 10). */
#include <arch/sbi.h>
#include <board/board.h>
#include <hal/cpu.h>
#include <hal/power.h>

enum { FINISHER_FAIL = 0x3333, FINISHER_PASS = 0x5555, STATUS_SHIFT = 16 };

void hal_power_off(int status)
{
    hal_irq_save();
    if (board.test != 0)
        *(volatile uint32_t *)board.test =
            status == 0 ? FINISHER_PASS : (uint32_t)status << STATUS_SHIFT | FINISHER_FAIL;
    else
        sbi_call(SBI_EXT_SRST, 0, SBI_SRST_SHUTDOWN, 0, 0);
    hal_halt(); /* the machine needs a moment */
}

void hal_reboot(void)
{
    hal_irq_save();
    sbi_call(SBI_EXT_SRST, 0, SBI_SRST_COLD_REBOOT, 0, 0);
    hal_halt();
}
