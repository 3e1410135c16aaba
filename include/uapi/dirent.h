/* uapi/dirent.h - what getdents64 writes. */
#pragma once
#include <stdint.h>

#define DT_UNKNOWN 0
#define DT_FIFO    1
#define DT_CHR     2
#define DT_DIR     4
#define DT_BLK     6
#define DT_REG     8
#define DT_LNK     10

/* One after the other, d_reclen bytes each, which is a multiple of 8. */
struct dirent {
    uint64_t d_ino;
    int64_t d_off;                           /* where the next one is: for lseek() */
    uint16_t d_reclen;
    uint8_t d_type;
    char d_name[];                           /* ends with 0 */
};
