/* lib/string.c - memory blocks and strings.
 *
 * A compiler may see memset or strlen in a loop below and put a call there: of the function to itself. With
 * -ffreestanding, and without -flto, gcc and clang do not.
 * Words are accessed only where both addresses are aligned: no machine has to do an unaligned access.
 */
#include <lib/string.h>

#include <stdbool.h>
#include <stdint.h>

#include <lib/util.h>

/* A machine word that may lie in an object of any type. */
struct word {
    unsigned long bits;
} __attribute__((may_alias));

enum {
    WORD = sizeof(struct word),
    STEP = 8 * WORD, /* what one turn of the long loops moves */
};

static bool same_offset_in_word(const void *a, const void *b)
{
    return is_aligned((uintptr_t)a ^ (uintptr_t)b, WORD);
}

/* Copies with rising addresses: also right for blocks that overlap, if d is below s. */
static void copy_up(unsigned char *d, const unsigned char *s, size_t n)
{
    if (same_offset_in_word(d, s)) {
        for (; n > 0 && !is_aligned((uintptr_t)d, WORD); n--)
            *d++ = *s++;
        for (; n >= STEP; n -= STEP, d += STEP, s += STEP) {
            const struct word *from = (const void *)s;
            struct word *to = (void *)d;
            struct word w0 = from[0], w1 = from[1], w2 = from[2], w3 = from[3];
            to[0] = w0;
            to[1] = w1;
            to[2] = w2;
            to[3] = w3;
            w0 = from[4], w1 = from[5], w2 = from[6], w3 = from[7];
            to[4] = w0;
            to[5] = w1;
            to[6] = w2;
            to[7] = w3;
        }
        for (; n >= WORD; n -= WORD, d += WORD, s += WORD)
            *(struct word *)(void *)d = *(const struct word *)(const void *)s;
    }
    for (; n > 0; n--)
        *d++ = *s++;
}

/* Copies with falling addresses, from the ends: right for blocks that overlap, if d is above s. */
static void copy_down(unsigned char *d, const unsigned char *s, size_t n)
{
    d += n;
    s += n;
    if (same_offset_in_word(d, s)) {
        for (; n > 0 && !is_aligned((uintptr_t)d, WORD); n--)
            *--d = *--s;
        for (; n >= WORD; n -= WORD) {
            d -= WORD;
            s -= WORD;
            *(struct word *)(void *)d = *(const struct word *)(const void *)s;
        }
    }
    for (; n > 0; n--)
        *--d = *--s;
}

void *memcpy(void *dst, const void *src, size_t n)
{
    copy_up(dst, src, n);
    return dst;
}

void *memmove(void *dst, const void *src, size_t n)
{
    /* Below src the difference wraps to more than any n. */
    if ((uintptr_t)dst - (uintptr_t)src >= n)
        copy_up(dst, src, n);
    else
        copy_down(dst, src, n);
    return dst;
}

void *memset(void *dst, int byte, size_t n)
{
    unsigned char *d = dst;
    struct word w = { (unsigned char)byte * (~0ul / 0xff) }; /* the byte in each place */

    for (; n > 0 && !is_aligned((uintptr_t)d, WORD); n--)
        *d++ = (unsigned char)byte;
    for (; n >= STEP; n -= STEP, d += STEP) {
        struct word *to = (void *)d;
        to[0] = w;
        to[1] = w;
        to[2] = w;
        to[3] = w;
        to[4] = w;
        to[5] = w;
        to[6] = w;
        to[7] = w;
    }
    for (; n >= WORD; n -= WORD, d += WORD)
        *(struct word *)(void *)d = w;
    for (; n > 0; n--)
        *d++ = (unsigned char)byte;
    return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const unsigned char *p = a;
    const unsigned char *q = b;

    if (is_aligned((uintptr_t)p | (uintptr_t)q, WORD)) {
        for (; n >= WORD; n -= WORD, p += WORD, q += WORD) {
            if (((const struct word *)(const void *)p)->bits != ((const struct word *)(const void *)q)->bits)
                break;
        }
    }
    for (; n > 0; n--, p++, q++) {
        if (*p != *q)
            return *p - *q;
    }
    return 0;
}

size_t strlen(const char *s)
{
    size_t n = 0;

    while (s[n] != '\0')
        n++;
    return n;
}

size_t strnlen(const char *s, size_t max)
{
    size_t n = 0;

    while (n < max && s[n] != '\0')
        n++;
    return n;
}

int strcmp(const char *a, const char *b)
{
    for (; *a != '\0' && *a == *b; a++)
        b++;
    return (unsigned char)*a - (unsigned char)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
    for (; n > 0; n--, a++, b++) {
        if (*a != *b || *a == '\0')
            return (unsigned char)*a - (unsigned char)*b;
    }
    return 0;
}

char *strchr(const char *s, int c)
{
    for (; *s != (char)c; s++) {
        if (*s == '\0')
            return NULL;
    }
    return (char *)s;
}

size_t strlcpy(char *dst, const char *src, size_t size)
{
    size_t len = strlen(src);

    if (size > 0) {
        size_t n = min_size(len, size - 1);
        memcpy(dst, src, n);
        dst[n] = '\0';
    }
    return len;
}
