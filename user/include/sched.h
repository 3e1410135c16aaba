/* sched.h - the scheduler, and threads as the kernel has them. */
#pragma once
#include <sys/types.h>
#include <uapi/sched.h>

int sched_yield(void);
int sched_getaffinity(pid_t pid, size_t size, void *mask);       /* bytes written, or -1 */
int sched_setaffinity(pid_t pid, size_t size, const void *mask);

/* clone() with a stack (its end is given) and a function to run on it, whose result is the thread's status.
 * Returns the thread's number, or a negative error: errno belongs to all threads. */
long __clone(unsigned long flags, void *stack_end, int *parent_tid, void *tls, int *child_tid,
             int (*function)(void *), void *argument);
