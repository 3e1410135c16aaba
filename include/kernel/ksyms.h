/* kernel/ksyms.h - names of the kernel's functions, from the table that the build links into the image. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/*
 * Any context. "name+0x10" of the function around addr into buf; "?" if addr is not in the kernel's text.
 * Returns buf.
 */
const char *ksyms_name(uintptr_t addr, char *buf, size_t size);
