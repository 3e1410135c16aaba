/* uapi/syscall.h - the system calls: one list, with the numbers that Linux gives them.
 *
 * SYSCALL(name, generic, i386, args): generic is the number on arm64 and riscv64, i386 the one on i386, -1
 * where the machine has no such call; args is how many registers its arguments take (i386, if it differs).
 * Names and numbers are those of asm-generic/unistd.h and asm/unistd_32.h of Linux, where the names that end
 * in 64 or 32 are the wider forms of calls whose first form on i386 was too narrow.
 *
 * Arguments: i386 ebx ecx edx esi edi ebp, number in eax, int 0x80; arm64 x0-x5, number in x8, svc #0;
 * riscv64 a0-a5, number in a7, ecall. The result comes back in eax, x0, a0: from -4095 to -1 it is an error
 * of uapi/errno.h. A number that is in no list gives -ENOSYS.
 *
 * The last section is our own: numbers from SYSCALL_OWN on, the same on every machine, which Linux does not
 * use.
 */
#pragma once

#define SYSCALL_OWN 1000

#define SYSCALL_LIST(SYSCALL)                       \
    /* processes */                                 \
    SYSCALL(exit, 93, 1, 1)                         \
    SYSCALL(exit_group, 94, 252, 1)                 \
    SYSCALL(fork, -1, 2, 0)                         \
    SYSCALL(vfork, -1, 190, 0)                      \
    SYSCALL(clone, 220, 120, 5)                     \
    SYSCALL(execve, 221, 11, 3)                     \
    SYSCALL(waitpid, -1, 7, 3)                      \
    SYSCALL(wait4, 260, 114, 4)                     \
    SYSCALL(waitid, 95, 284, 5)                     \
    SYSCALL(getpid, 172, 20, 0)                     \
    SYSCALL(getppid, 173, 64, 0)                    \
    SYSCALL(gettid, 178, 224, 0)                    \
    SYSCALL(getpgid, 155, 132, 1)                   \
    SYSCALL(setpgid, 154, 57, 2)                    \
    SYSCALL(getpgrp, -1, 65, 0)                     \
    SYSCALL(setsid, 157, 66, 0)                     \
    SYSCALL(getsid, 156, 147, 1)                    \
    SYSCALL(getuid, 174, 24, 0)                     \
    SYSCALL(geteuid, 175, 49, 0)                    \
    SYSCALL(getgid, 176, 47, 0)                     \
    SYSCALL(getegid, 177, 50, 0)                    \
    SYSCALL(getuid32, -1, 199, 0)                   \
    SYSCALL(getgid32, -1, 200, 0)                   \
    SYSCALL(geteuid32, -1, 201, 0)                  \
    SYSCALL(getegid32, -1, 202, 0)                  \
    SYSCALL(prctl, 167, 172, 5)                     \
    SYSCALL(prlimit64, 261, 340, 4)                 \
    SYSCALL(getrlimit, 163, 76, 2)                  \
    SYSCALL(setrlimit, 164, 75, 2)                  \
    SYSCALL(ugetrlimit, -1, 191, 2)                 \
    SYSCALL(getrusage, 165, 77, 2)                  \
    SYSCALL(times, 153, 43, 1)                      \
    SYSCALL(sysinfo, 179, 116, 1)                   \
    SYSCALL(uname, 160, 122, 1)                     \
    SYSCALL(umask, 166, 60, 1)                      \
    SYSCALL(getrandom, 278, 355, 3)                 \
    SYSCALL(reboot, 142, 88, 4)                     \
    /* threads and the scheduler */                 \
    SYSCALL(sched_yield, 124, 158, 0)               \
    SYSCALL(sched_setaffinity, 122, 241, 3)         \
    SYSCALL(sched_getaffinity, 123, 242, 3)         \
    SYSCALL(getpriority, 141, 96, 2)                \
    SYSCALL(setpriority, 140, 97, 3)                \
    SYSCALL(getcpu, 168, 318, 3)                    \
    SYSCALL(set_tid_address, 96, 258, 1)            \
    SYSCALL(set_robust_list, 99, 311, 2)            \
    SYSCALL(futex, 98, 240, 6)                      \
    SYSCALL(futex_time64, -1, 422, 6)               \
    SYSCALL(set_thread_area, -1, 243, 1)            \
    /* signals */                                   \
    SYSCALL(kill, 129, 37, 2)                       \
    SYSCALL(tkill, 130, 238, 2)                     \
    SYSCALL(tgkill, 131, 270, 3)                    \
    SYSCALL(sigreturn, -1, 119, 0)                  \
    SYSCALL(rt_sigreturn, 139, 173, 0)              \
    SYSCALL(rt_sigaction, 134, 174, 4)              \
    SYSCALL(rt_sigprocmask, 135, 175, 4)            \
    SYSCALL(rt_sigpending, 136, 176, 2)             \
    SYSCALL(rt_sigtimedwait, 137, 177, 4)           \
    SYSCALL(rt_sigsuspend, 133, 179, 2)             \
    SYSCALL(sigaltstack, 132, 186, 2)               \
    SYSCALL(pause, -1, 29, 0)                       \
    SYSCALL(alarm, -1, 27, 1)                       \
    /* time */                                      \
    SYSCALL(nanosleep, 101, 162, 2)                 \
    SYSCALL(clock_gettime, 113, 265, 2)             \
    SYSCALL(clock_getres, 114, 266, 2)              \
    SYSCALL(clock_nanosleep, 115, 267, 4)           \
    SYSCALL(clock_gettime64, -1, 403, 2)            \
    SYSCALL(clock_nanosleep_time64, -1, 407, 4)     \
    SYSCALL(gettimeofday, 169, 78, 2)               \
    SYSCALL(time, -1, 13, 1)                        \
    /* memory; mmap2 counts its offset in pages of 4096 bytes */ \
    SYSCALL(brk, 214, 45, 1)                        \
    SYSCALL(mmap, 222, -1, 6)                       \
    SYSCALL(old_mmap, -1, 90, 1)                    \
    SYSCALL(mmap2, -1, 192, 6)                      \
    SYSCALL(munmap, 215, 91, 2)                     \
    SYSCALL(mprotect, 226, 125, 3)                  \
    SYSCALL(mremap, 216, 163, 5)                    \
    SYSCALL(madvise, 233, 219, 3)                   \
    /* open files; a 64-bit argument takes two registers on i386, the low half first */ \
    SYSCALL(open, -1, 5, 3)                         \
    SYSCALL(openat, 56, 295, 4)                     \
    SYSCALL(creat, -1, 8, 2)                        \
    SYSCALL(close, 57, 6, 1)                        \
    SYSCALL(read, 63, 3, 3)                         \
    SYSCALL(write, 64, 4, 3)                        \
    SYSCALL(readv, 65, 145, 3)                      \
    SYSCALL(writev, 66, 146, 3)                     \
    SYSCALL(pread64, 67, 180, 5)                    \
    SYSCALL(pwrite64, 68, 181, 5)                   \
    SYSCALL(sendfile, 71, 187, 4)                   \
    SYSCALL(sendfile64, -1, 239, 4)                 \
    SYSCALL(lseek, 62, 19, 3)                       \
    SYSCALL(_llseek, -1, 140, 5)                    \
    SYSCALL(dup, 23, 41, 1)                         \
    SYSCALL(dup2, -1, 63, 2)                        \
    SYSCALL(dup3, 24, 330, 3)                       \
    SYSCALL(pipe, -1, 42, 1)                        \
    SYSCALL(pipe2, 59, 331, 2)                      \
    SYSCALL(fcntl, 25, 55, 3)                       \
    SYSCALL(fcntl64, -1, 221, 3)                    \
    SYSCALL(ioctl, 29, 54, 3)                       \
    SYSCALL(fstat, 80, -1, 2)                       \
    SYSCALL(fstat64, -1, 197, 2)                    \
    SYSCALL(ftruncate, 46, 93, 2)                   \
    SYSCALL(ftruncate64, -1, 194, 3)                \
    SYSCALL(fsync, 82, 118, 1)                      \
    SYSCALL(fchmod, 52, 94, 2)                      \
    SYSCALL(getdents64, 61, 220, 3)                 \
    SYSCALL(poll, -1, 168, 3)                       \
    SYSCALL(ppoll, 73, 309, 5)                      \
    SYSCALL(ppoll_time64, -1, 414, 5)               \
    /* names */                                     \
    SYSCALL(newfstatat, 79, -1, 4)                  \
    SYSCALL(fstatat64, -1, 300, 4)                  \
    SYSCALL(stat64, -1, 195, 2)                     \
    SYSCALL(lstat64, -1, 196, 2)                    \
    SYSCALL(statx, 291, 383, 5)                     \
    SYSCALL(access, -1, 33, 2)                      \
    SYSCALL(faccessat, 48, 307, 3)                  \
    SYSCALL(faccessat2, 439, 439, 4)                \
    SYSCALL(readlink, -1, 85, 3)                    \
    SYSCALL(readlinkat, 78, 305, 4)                 \
    SYSCALL(mkdir, -1, 39, 2)                       \
    SYSCALL(mkdirat, 34, 296, 3)                    \
    SYSCALL(rmdir, -1, 40, 1)                       \
    SYSCALL(unlink, -1, 10, 1)                      \
    SYSCALL(unlinkat, 35, 301, 3)                   \
    SYSCALL(rename, -1, 38, 2)                      \
    SYSCALL(renameat, 38, 302, 4)                   \
    SYSCALL(renameat2, 276, 353, 5)                 \
    SYSCALL(link, -1, 9, 2)                         \
    SYSCALL(linkat, 37, 303, 5)                     \
    SYSCALL(symlink, -1, 83, 2)                     \
    SYSCALL(symlinkat, 36, 304, 3)                  \
    SYSCALL(chmod, -1, 15, 2)                       \
    SYSCALL(fchmodat, 53, 306, 3)                   \
    SYSCALL(truncate, 45, 92, 2)                    \
    SYSCALL(truncate64, -1, 193, 3)                 \
    SYSCALL(utimensat, 88, 320, 4)                  \
    SYSCALL(utimensat_time64, -1, 412, 4)           \
    SYSCALL(chdir, 49, 12, 1)                       \
    SYSCALL(fchdir, 50, 133, 1)                     \
    SYSCALL(getcwd, 17, 183, 2)                     \
    SYSCALL(sync, 81, 36, 0)                        \
    /* endpoints and capabilities: uapi/ipc.h; the first argument is not used by ipc_reply */ \
    SYSCALL(ipc_create, 1000, 1000, 0)              \
    SYSCALL(ipc_close, 1001, 1001, 1)               \
    SYSCALL(ipc_duplicate, 1002, 1002, 2)           \
    SYSCALL(ipc_revoke, 1003, 1003, 1)              \
    SYSCALL(ipc_rights, 1004, 1004, 1)              \
    SYSCALL(ipc_send, 1005, 1005, 6)                \
    SYSCALL(ipc_call, 1006, 1006, 6)                \
    SYSCALL(ipc_receive, 1007, 1007, 1)             \
    SYSCALL(ipc_reply, 1008, 1008, 6)               \
    SYSCALL(ipc_reply_receive, 1009, 1009, 6)
