/*
 * kernel/sys.h - the system calls: sys_NAME() for each name of uapi/syscall.h, in kernel/sys_*.c.
 *
 * Thread, irqs on, its program's trap. a: the arguments, as the registers were. Returns the result, or a
 * negative error number.
 */
#pragma once
#include <uapi/syscall.h>

typedef long syscall_fn(const unsigned long a[6]);

#define SYSCALL_DECLARE(name, generic, i386, args) syscall_fn sys_##name;
SYSCALL_LIST(SYSCALL_DECLARE)
#undef SYSCALL_DECLARE

/* The registers are already what they shall be: there is no result to be put into one. */
#define SYSCALL_NO_RESULT (-__LONG_MAX__ - 1)
