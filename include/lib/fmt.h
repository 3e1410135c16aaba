/* lib/fmt.h - formatted text: what printf of C99 does, without floating point.
 *
 * %[flags][width][.precision][length]conversion
 *   flags - 0 + # and space; width and precision in digits or *; length hh h l ll z j t
 *   conversions d i u o x X c s p %; %s of NULL is (null), %p is 0x and hex digits, NULL is (nil)
 * A conversion that is none of these (%n and %f among them) is printed as it stands and takes no argument.
 *
 * Any context; no locks, no sleep, no memory but the stack. No 64-bit division, so that i386 needs no
 * helper library.
 */
#pragma once
#include <stdarg.h>
#include <stddef.h>

/* Takes one character of the output; ctx is what was given to fmt_format(). */
typedef void fmt_put(void *ctx, char c);

/* Format through put. Returns the number of characters, or -1 if a width, a precision or the number itself
 * does not fit in an int. */
int fmt_format(fmt_put *put, void *ctx, const char *fmt, va_list ap)
    __attribute__((format(printf, 3, 0)));

/* snprintf and vsnprintf: write at most size bytes with the 0 at the end (nothing if size is 0).
 * Returns the length that the whole text has: it was cut if that is not below size. */
int fmt_snprintf(char *buf, size_t size, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
int fmt_vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
    __attribute__((format(printf, 3, 0)));
