/*
 * kernel/syscall.h - from the number of a call to the function that does it. Inline: most calls do less than
 * it takes to get there.
 */
#pragma once
#include <hal/frame.h>
#include <kernel/sys.h>
#include <kernel/trace.h>
#include <uapi/errno.h>

/* Above every number in the list, from 0 and from SYSCALL_OWN on. */
enum { SYSCALL_MOST = 448, SYSCALL_OWN_MOST = 16, SYSCALL_PLACES = SYSCALL_MOST + SYSCALL_OWN_MOST };

/* syscall.c. A function for every place. */
extern syscall_fn *syscall_table[SYSCALL_PLACES];
/* A call begins while the event log is on. */
void syscall_record(unsigned long nr, unsigned long first);
/* It ended with -EINTR. */
void syscall_interrupted(struct hal_frame *f, syscall_fn *fn);

/* irqs off, boot CPU, once. Chooses the table of this machine's numbers. */
void syscall_init(void);
/* Any context. The name of a call, or NULL. */
const char *syscall_name(unsigned nr);

/* Where in the table a number is. What cannot be there is at an own number that nobody has. */
static inline unsigned syscall_place(unsigned long nr)
{
    if (__builtin_expect(nr < SYSCALL_MOST, 1))
        return (unsigned)nr;
    return nr - SYSCALL_OWN < SYSCALL_OWN_MOST ? (unsigned)(nr - SYSCALL_OWN) + SYSCALL_MOST :
                                                 SYSCALL_PLACES - 1;
}

/* Of a TRAP_SYSCALL: is it one that Linux does not have? */
static inline bool syscall_is_own(const struct hal_frame *f)
{
    unsigned long a[6];
    return hal_frame_call(f, a) >= SYSCALL_OWN;
}

/* Thread in a trap from user mode, irqs on. Does what its registers ask for. */
static inline void syscall(struct hal_frame *f)
{
    unsigned long a[6];
    unsigned long nr = hal_frame_call(f, a);
    if (trace_is_on())
        syscall_record(nr, a[0]);
    syscall_fn *fn = syscall_table[syscall_place(nr)];
    long result = fn(a);
    if (__builtin_expect(result == -EINTR, 0))
        syscall_interrupted(f, fn);
    else if (__builtin_expect(result != SYSCALL_NO_RESULT, 1))
        hal_frame_set_result(f, result);
}
