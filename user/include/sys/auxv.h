/* sys/auxv.h - what the kernel told the program at its start. */
#pragma once
#include <uapi/auxv.h>

unsigned long getauxval(unsigned long type); /* 0 if it was not told */
