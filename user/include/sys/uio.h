/* sys/uio.h - reading and writing several pieces at once. */
#pragma once
#include <sys/types.h>
#include <uapi/system.h>

ssize_t readv(int fd, const struct iovec *pieces, int count);
ssize_t writev(int fd, const struct iovec *pieces, int count);
