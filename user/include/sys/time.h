/* sys/time.h - the time of day. */
#pragma once
#include <sys/types.h>
#include <uapi/time.h>

int gettimeofday(struct timeval *t, void *zone);
