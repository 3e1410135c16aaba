/* sys/ioctl.h - what devices have of their own. */
#pragma once
#include <uapi/termios.h>

int ioctl(int fd, unsigned long request, ...);
