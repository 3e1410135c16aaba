/* poll.h - waiting for several files. */
#pragma once
#include <uapi/poll.h>

int poll(struct pollfd *fds, unsigned long count, int timeout_ms);
