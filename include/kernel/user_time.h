/*
 * kernel/user_time.h - times in a program's memory: seconds and nanoseconds, in two words or in two 64-bit
 * words.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <uapi/time.h>

struct timespec64 {
    int64_t sec, nsec;
};

enum { NS_PER_US = 1000, NS_PER_S = 1000000000 };

/*
 * Thread of a program. wide: struct timespec of the calls that end in time64. 0, -EFAULT; get: -EINVAL, no
 * time.
 */
int user_time_get(uintptr_t at, bool wide, uint64_t *ns);
int user_time_put(uintptr_t at, bool wide, uint64_t ns);

/* Any context. */
struct timespec64 user_time_split(uint64_t ns);
struct timeval    user_time_val(uint64_t ns);
