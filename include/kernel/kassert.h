/* kernel/kassert.h - preconditions that stay on in every build. */
#pragma once
#include <kernel/printk.h>

#define KASSERT(cond)                                                                                      \
    do {                                                                                                   \
        if (__builtin_expect(!(cond), 0))                                                                  \
            panic("assertion failed: %s, %s:%d", #cond, __FILE__, __LINE__);                               \
    } while (0)
