/* uapi/stat.h - what a file is. */
#pragma once

#define S_IFMT   0170000
#define S_IFIFO  0010000
#define S_IFCHR  0020000
#define S_IFDIR  0040000
#define S_IFBLK  0060000
#define S_IFREG  0100000
#define S_IFLNK  0120000
#define S_IFSOCK 0140000

#define S_ISFIFO(mode) (((mode) & S_IFMT) == S_IFIFO)
#define S_ISCHR(mode)  (((mode) & S_IFMT) == S_IFCHR)
#define S_ISDIR(mode)  (((mode) & S_IFMT) == S_IFDIR)
#define S_ISBLK(mode)  (((mode) & S_IFMT) == S_IFBLK)
#define S_ISREG(mode)  (((mode) & S_IFMT) == S_IFREG)
#define S_ISLNK(mode)  (((mode) & S_IFMT) == S_IFLNK)

/* The fields have the same names on all machines, the order and the sizes are those that Linux has on each:
 * fstat64 and its like on i386 (96 bytes), asm-generic/stat.h elsewhere (128 bytes). */
#if defined(__i386__)
struct stat {
    unsigned long long st_dev;
    unsigned int st_pad0, st_ino32;
    unsigned int st_mode, st_nlink;
    unsigned int st_uid, st_gid;
    unsigned long long st_rdev;
    unsigned int st_pad1;
    long long st_size;                       /* bytes */
    unsigned int st_blksize;
    unsigned long long st_blocks;            /* of 512 bytes */
    unsigned int st_atime, st_atime_nsec;
    unsigned int st_mtime, st_mtime_nsec;
    unsigned int st_ctime, st_ctime_nsec;
    unsigned long long st_ino;
};
_Static_assert(sizeof(struct stat) == 96, "struct stat64 of Linux");
#else
struct stat {
    unsigned long st_dev, st_ino;
    unsigned int st_mode, st_nlink;
    unsigned int st_uid, st_gid;
    unsigned long st_rdev, st_pad0;
    long st_size;                            /* bytes */
    int st_blksize, st_pad1;
    long st_blocks;                          /* of 512 bytes */
    long st_atime;
    unsigned long st_atime_nsec;
    long st_mtime;
    unsigned long st_mtime_nsec;
    long st_ctime;
    unsigned long st_ctime_nsec;
    unsigned int st_unused[2];
};
_Static_assert(sizeof(struct stat) == 128, "struct stat of Linux");
#endif
