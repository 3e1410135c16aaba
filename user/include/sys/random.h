/* sys/random.h - random bytes. */
#pragma once
#include <sys/types.h>
#include <uapi/system.h>

ssize_t getrandom(void *data, size_t size, unsigned flags);
