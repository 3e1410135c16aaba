/*
 * kernel/ramfs.h - the RAM file system: directories, regular files in pages, links, device nodes.
 *
 * What was written is nowhere else: a page of a file is freed when the file is cut, or with its last name and
 * its last user. A page that was never written is not there, and reads as zeros.
 */
#pragma once
#include <kernel/inode.h>

/* Bytes of a file: its table of pages is one piece of memory, 4 MiB at most. */
#define RAMFS_SIZE_MOST ((uint64_t)0x7ffff000)

/* Thread. A directory with nothing in it; its own parent. NULL: no memory. */
struct inode *ramfs_create(void);
/*
 * Tree locked. dir, which is of a ramfs, has that directory of another file system from now on. 0 or -ENOMEM
 */
int ramfs_mount(struct inode *dir, const char *name, struct inode *other);
