/* kernel/monitor.h - the kernel monitor: commands on the console. */
#pragma once

_Noreturn void monitor_run(void); /* Thread; sleeps. */
