/* sys/sysinfo.h - memory and processes of the machine. */
#pragma once
#include <uapi/system.h>

int sysinfo(struct sysinfo *info);
