/* hal/power.h - the way out of the machine.                              board: power.c */
#pragma once

/*
 * Any context. The host sees status (an EXIT_STATUS_*) where the board can tell it; 0 is always an ordinary
 * power-off.
 */
_Noreturn void hal_power_off(int status);
_Noreturn void hal_reboot(void); /* Any context. */
