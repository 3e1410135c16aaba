/* lib/string.h - memory blocks and strings, as the C standard has them, but only the bounded copies.
 *
 * Any context; nothing locks, sleeps or allocates. The compiler itself calls memcpy, memmove, memset and
 * memcmp.
 */
#pragma once
#include <stddef.h>

void *memcpy(void *dst, const void *src, size_t n);        /* the blocks do not overlap; returns dst */
void *memmove(void *dst, const void *src, size_t n);       /* the blocks may overlap; returns dst */
void *memset(void *dst, int byte, size_t n);               /* returns dst */
int memcmp(const void *a, const void *b, size_t n);        /* <0, 0, >0: compared as unsigned bytes */

size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);                 /* the length, or max; reads at most max bytes */
int strcmp(const char *a, const char *b);                  /* <0, 0, >0: compared as unsigned bytes */
int strncmp(const char *a, const char *b, size_t n);       /* the same over at most n bytes */
char *strchr(const char *s, int c);                        /* first c, maybe the 0 at the end; or NULL */

/* Copy src into dst of size bytes, cut if need be, always ended by 0 (unless size is 0).
 * Returns strlen(src): the copy was cut if that is not below size. */
size_t strlcpy(char *dst, const char *src, size_t size);
