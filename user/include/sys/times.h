/* sys/times.h - CPU time of a process and its children. */
#pragma once
#include <sys/types.h>
#include <uapi/time.h>

clock_t times(struct tms *t);
