/* assert.h - what must hold. */
#pragma once

void __assert_fail(const char *expression, const char *file, int line) __attribute__((noreturn));

#define assert(expression) ((expression) ? (void)0 : __assert_fail(#expression, __FILE__, __LINE__))
