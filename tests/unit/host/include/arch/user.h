/* arch/user.h - the inlines of hal/user.h: no process of a test runs a program. */
#pragma once
#include <stdint.h>

static inline void hal_user_load(const struct hal_user *u, struct hal_frame *f, uintptr_t stack_top)
{
    (void)u, (void)f, (void)stack_top;
    __builtin_trap();
}

static inline void hal_user_save(struct hal_user *u, struct hal_frame *f)
{
    (void)u, (void)f;
    __builtin_trap();
}
