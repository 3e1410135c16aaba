/* lib/cpio.h - archives in cpio's "newc" format, as the Linux initramfs has it.
 *
 * Pure: the archive is memory, nothing is written or allocated, and nothing outside of it is ever read.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct cpio_entry {
    const char *name;                        /* ends with 0, within the archive */
    size_t name_len;
    const void *data;
    uint32_t size;                           /* bytes of data */
    uint32_t mode, ino, links, mtime;
    uint32_t rmajor, rminor;
};

/* The entry at *offset, which is moved behind it. 1; 0: there are no more; -1: it is broken. */
int cpio_next(const void *archive, size_t size, size_t *offset, struct cpio_entry *e);
