/* string.h - memory blocks and strings; the first part is the kernel's own library. */
#pragma once
#include <lib/string.h>

void *memchr(const void *p, int c, size_t n);
char *strcpy(char *dst, const char *src);
char *strncpy(char *dst, const char *src, size_t n);
char *strcat(char *dst, const char *src);
char *strrchr(const char *s, int c);
char *strstr(const char *s, const char *what);
size_t strspn(const char *s, const char *set);
size_t strcspn(const char *s, const char *set);
char *strpbrk(const char *s, const char *set);
char *strtok_r(char *s, const char *separators, char **rest);
char *strdup(const char *s);
char *strndup(const char *s, size_t n);
const char *strerror(int error);
const char *strsignal(int sig);
