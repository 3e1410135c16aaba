/* string.c - strings, as far as lib/string.c of the kernel does not have them. */
#include <string.h>

#include <stdlib.h>

void *memchr(const void *p, int c, size_t n)
{
    for (const unsigned char *s = p; n > 0; n--, s++) {
        if (*s == (unsigned char)c)
            return (void *)s;
    }
    return NULL;
}

char *strcpy(char *dst, const char *src)
{
    return memcpy(dst, src, strlen(src) + 1);
}

char *strncpy(char *dst, const char *src, size_t n)
{
    size_t length = strnlen(src, n);

    memcpy(dst, src, length);
    memset(dst + length, 0, n - length);
    return dst;
}

char *strcat(char *dst, const char *src)
{
    strcpy(dst + strlen(dst), src);
    return dst;
}

char *strrchr(const char *s, int c)
{
    const char *p = s + strlen(s);

    while (*p != (char)c) {
        if (p == s)
            return NULL;
        p--;
    }
    return (char *)p;
}

char *strstr(const char *s, const char *what)
{
    size_t n = strlen(what);

    for (; strncmp(s, what, n) != 0; s++) {
        if (*s == '\0')
            return NULL;
    }
    return (char *)s;
}

size_t strspn(const char *s, const char *set)
{
    size_t n = 0;

    while (s[n] != '\0' && strchr(set, s[n]) != NULL)
        n++;
    return n;
}

size_t strcspn(const char *s, const char *set)
{
    size_t n = 0;

    while (s[n] != '\0' && strchr(set, s[n]) == NULL)
        n++;
    return n;
}

char *strpbrk(const char *s, const char *set)
{
    s += strcspn(s, set);
    return *s == '\0' ? NULL : (char *)s;
}

char *strtok_r(char *s, const char *separators, char **rest)
{
    if (s == NULL)
        s = *rest;
    s += strspn(s, separators);
    char *end = s + strcspn(s, separators);
    *rest = *end == '\0' ? end : end + 1;
    *end = '\0';
    return end == s ? NULL : s;
}

char *strndup(const char *s, size_t n)
{
    size_t length = strnlen(s, n);
    char *copy = malloc(length + 1);

    if (copy != NULL) {
        memcpy(copy, s, length);
        copy[length] = '\0';
    }
    return copy;
}

char *strdup(const char *s)
{
    return strndup(s, (size_t)-1);
}
