/* lib/cmdline.h - words of the kernel command line.
 *
 * The line is words between white space; a word is a bare flag or key=value. Keys are compared whole (xmem=
 * is not mem=) and with case; of several words with the same key the last one counts, even if it is bad.
 * Any context; no locks, no sleep.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copy the value of key=value (which may be empty) to out. False if there is none or it does not fit in size
 * bytes with its 0; out is then untouched. */
bool cmdline_get(const char *cmdline, const char *key, char *out, size_t size);

/* Is there the bare word flag? */
bool cmdline_has(const char *cmdline, const char *flag);

/* The value as a number, decimal or 0x hex; for a size with K, M or G (or k, m, g) behind it. False, and the
 * result is untouched, if there is none, it is not a number to its last character, or it does not fit. */
bool cmdline_get_uint(const char *cmdline, const char *key, unsigned long *value);
bool cmdline_get_size(const char *cmdline, const char *key, uint64_t *bytes);
