/* errno.h - why the last call failed. */
#pragma once
#include <uapi/errno.h>

extern int errno;
