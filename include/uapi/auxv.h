/* uapi/auxv.h - what the kernel tells a program besides its arguments, as pairs (type, value) behind envp. */
#pragma once

#define AT_NULL   0                          /* the end */
#define AT_PHDR   3                          /* address of the program headers */
#define AT_PHENT  4                          /* bytes of one */
#define AT_PHNUM  5                          /* how many */
#define AT_PAGESZ 6
#define AT_BASE   7
#define AT_ENTRY  9
#define AT_UID    11
#define AT_EUID   12
#define AT_GID    13
#define AT_EGID   14
#define AT_HWCAP  16
#define AT_CLKTCK 17
#define AT_SECURE 23
#define AT_RANDOM 25                         /* address of 16 random bytes */
#define AT_EXECFN 31

struct auxv {
    unsigned long type, value;
};
