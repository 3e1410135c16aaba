/* sys/stat.h - what a file is; making directories. */
#pragma once
#include <sys/types.h>
#include <uapi/stat.h>

int stat(const char *path, struct stat *st);
int lstat(const char *path, struct stat *st);
int fstat(int fd, struct stat *st);
int fstatat(int dir, const char *path, struct stat *st, int flags);
int mkdir(const char *path, mode_t mode);
mode_t umask(mode_t mask);
int utimensat(int dir, const char *path, const void *times, int flags); /* times NULL: now */
