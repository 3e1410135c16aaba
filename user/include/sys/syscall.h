/* sys/syscall.h - numbers of this machine's system calls, SYS_name; -1 if it has no such call. */
#pragma once
#include <uapi/syscall.h>

#if defined(__i386__)
#define SYSCALL_NUMBER(name, generic, i386, args) SYS_##name = (i386),
#else
#define SYSCALL_NUMBER(name, generic, i386, args) SYS_##name = (generic),
#endif
enum { SYSCALL_LIST(SYSCALL_NUMBER) };
#undef SYSCALL_NUMBER

/* The raw call of crt0: a negative error comes back as it is. Arguments are machine words or int. */
long __syscall(long number, ...);
