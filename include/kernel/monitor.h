/* kernel/monitor.h - the kernel monitor: commands on the console. */
#pragma once

_Noreturn void monitor_run(void); /* Thread; sleeps. */

/* Thread. Commands that are not in monitor.c; arg: the rest of the line. */
void monitor_vmmap(const char *arg); /* Every mapping of the kernel's tree, what it allows and what it is. */
