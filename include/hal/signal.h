/*
 * hal/signal.h - the frame that a signal handler runs on, in Linux's layout.  port: signal.c
 *
 * All in the kernel's memory: the core copies to and from the program's stack. Thread.
 */
#pragma once
#include <hal/frame.h>
#include <hal/user.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uapi/signal.h>

/* How a handler is to be called. */
struct hal_handler {
    int                      signo;
    uintptr_t                pc;       /* the handler */
    uintptr_t                restorer; /* where it returns to: code that calls sigreturn */
    bool                     rt;       /* SA_SIGINFO: i386 has another frame without */
    uint64_t                 mask;     /* blocked signals, to be restored by sigreturn */
    const struct siginfo    *info;
    const struct sigaltstack *stack;
};

#define HAL_SIGFRAME_MOST 4096

/*
 * u is not loaded. Writes the frame into buf (HAL_SIGFRAME_MOST bytes) and sets f and u so that the handler
 * begins on it. The frame is to be copied to user address *at, which this chooses: below sp. Returns its
 * size.
 */
size_t hal_signal_push(void *buf, uintptr_t sp, uintptr_t *at, const struct hal_handler *h,
                       struct hal_frame *f, struct hal_user *u);

/* In a call of sigreturn (rt: rt_sigreturn). Where its frame begins, and how many bytes of it are needed. */
uintptr_t hal_signal_frame(const struct hal_frame *f, bool rt, size_t *size);
/*
 * buf is that frame; u is not loaded. f and u as before the signal, *mask as it was, *stack for
 * sigaltstack(). -EINVAL, and nothing is changed: it asks for what a program may not have (a kernel's
 * segment, mode or flag). Flags that a program may not change are not.
 */
int hal_signal_pop(const void *buf, bool rt, struct hal_frame *f, struct hal_user *u, uint64_t *mask,
                   struct sigaltstack *stack);

/*
 * Code that calls rt_sigreturn, for programs that bring no restorer: mapped into each. Position-independent.
 */
extern const unsigned char hal_signal_code[];
extern const size_t        hal_signal_code_size;
