/* uapi/statx.h - what statx() tells of a file: the same on every machine, 256 bytes. */
#pragma once
#include <stdint.h>

struct statx_time {
    int64_t tv_sec;
    uint32_t tv_nsec;
    int32_t pad;
};

struct statx {
    uint32_t stx_mask, stx_blksize;
    uint64_t stx_attributes;
    uint32_t stx_nlink, stx_uid, stx_gid;
    uint16_t stx_mode, pad0;
    uint64_t stx_ino, stx_size, stx_blocks, stx_attributes_mask;
    struct statx_time stx_atime, stx_btime, stx_ctime, stx_mtime;
    uint32_t stx_rdev_major, stx_rdev_minor, stx_dev_major, stx_dev_minor;
    uint64_t pad1[14];
};
_Static_assert(sizeof(struct statx) == 256, "struct statx of Linux");

#define STATX_BASIC_STATS 0x7ffu             /* all of it but stx_btime */
