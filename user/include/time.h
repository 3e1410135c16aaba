/* time.h - clocks. */
#pragma once
#include <sys/types.h>
#include <uapi/time.h>

int clock_gettime(clockid_t clock, struct timespec *t);
int nanosleep(const struct timespec *duration, struct timespec *left);
time_t time(time_t *t);
