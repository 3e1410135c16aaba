/* kernel/ramfs_data.h - what the files of the RAM file system share: ramfs.c names, ramfs_data.c bytes. */
#pragma once
#include <kernel/file.h>
#include <kernel/inode.h>
#include <lib/list.h>

struct ram_inode {
    struct inode inode;
    struct list entries; /* directory: struct ram_entry, oldest first. Tree */
    uint64_t next;       /* directory: what the next entry is numbered with. Tree */
    char *text;          /* symbolic link. Fixed after creation */
    /* regular file; inode.writer and inode.lock to change them, one to read them */
    void **page;         /* NULL: a hole */
    size_t room;         /* of the table */
};

static inline struct ram_inode *ram_inode(struct inode *i)
{
    return container_of(i, struct ram_inode, inode);
}

extern const struct file_ops ram_file_ops;

/* Thread, no lock of i's held. Cuts or extends it; 0 or -EFBIG. */
int ram_truncate(struct inode *i, uint64_t size);
/* For mappings. How many bytes there were, at most n, which fits in an int. */
int ram_read_at(struct inode *i, uint64_t offset, void *to, size_t n);
/* Nobody uses i any more. Frees its pages. */
void ram_free_data(struct ram_inode *r);
