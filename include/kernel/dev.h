/* kernel/dev.h - devices: from the numbers of a device node to what a file on it does. */
#pragma once

struct inode;
struct file;

/* Thread. A device node is being opened: sets f->ops. 0, or -ENXIO: no such device. */
int dev_open(struct inode *i, struct file *f);
/* PID 1, once. Makes /dev and its nodes, where they are missing. 0 or -E... */
int dev_init(void);
