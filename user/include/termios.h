/* termios.h - terminals. */
#pragma once
#include <sys/types.h>
#include <uapi/termios.h>

int tcgetattr(int fd, struct termios *t);
int tcsetattr(int fd, int when, const struct termios *t);
pid_t tcgetpgrp(int fd);
int tcsetpgrp(int fd, pid_t pgid);
void cfmakeraw(struct termios *t);
