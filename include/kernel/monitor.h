/* kernel/monitor.h - the kernel monitor: commands on the console. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct file_ops;

/* Thread; sleeps. may_leave: the command `exit` returns to the caller; else there is nowhere to go. */
void monitor_run(bool may_leave);
/* Of /dev/monitor: a read runs the monitor, returns 0 after `exit`, and -EINTR, while the monitor goes on. */
extern const struct file_ops monitor_file_ops;

/* Thread. Commands that are not in monitor.c; arg: the rest of the line. */
void monitor_ps(const char *arg);
void monitor_taskset(const char *arg);
void monitor_nice(const char *arg);
void monitor_kill(const char *arg);
void monitor_uptime(const char *arg);
void monitor_cpus(const char *arg);
void monitor_mem(const char *arg);
void monitor_buddyinfo(const char *arg);
void monitor_slabinfo(const char *arg);
void monitor_vmmap(const char *arg);
void monitor_trace(const char *arg);

/* Thread. Nanoseconds as "12.345" seconds, of which so many places are in front of the point. */
void monitor_print_seconds(uint64_t ns, int width);
