/*
 * kernel/procfs.h - /proc: what the kernel knows, as text files in the formats of Linux.
 *
 * Nothing of it is kept: an inode is made when it is looked up, and a text when it is read from its
 * beginning.
 */
#pragma once

/* PID 1, once. Makes /proc. 0 or -E... */
int procfs_init(void);
