/* sys/utsname.h - the name of the system. */
#pragma once
#include <uapi/system.h>

int uname(struct utsname *name);
