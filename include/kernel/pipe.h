/* kernel/pipe.h - pipes: a ring of bytes between those who write and those who read. */
#pragma once

struct file;

enum { PIPE_SIZE = 16384 };

/* Thread. Both ends, a reference each. flags: O_NONBLOCK. 0 or -ENOMEM. */
int pipe_create(struct file **reader, struct file **writer, unsigned flags);
