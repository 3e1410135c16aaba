/* arch/frame.h - of the host: a frame is what the core asks of one. */
#pragma once
#include <stdint.h>

struct hal_frame {
    unsigned long number, arg[6];
    long          result;
};

static inline struct hal_frame *hal_frame_user(uintptr_t stack_top)
{
    return (struct hal_frame *)stack_top - 1;
}

static inline unsigned long hal_frame_call(const struct hal_frame *f, unsigned long arg[6])
{
    for (unsigned i = 0; i < 6; i++)
        arg[i] = f->arg[i];
    return f->number;
}

static inline void hal_frame_set_result(struct hal_frame *f, long result)
{
    f->result = result;
}

static inline void hal_frame_pass(struct hal_frame *to, const struct hal_frame *from)
{
    for (unsigned i = 2; i < 6; i++)
        to->arg[i] = from->arg[i];
}
