/* fcntl.h - opening files. */
#pragma once
#include <sys/types.h>
#include <uapi/fcntl.h>

int open(const char *path, int flags, ...);  /* the mode, if O_CREAT is among the flags */
int openat(int dir, const char *path, int flags, ...);
int creat(const char *path, mode_t mode);
int fcntl(int fd, int command, ...);
