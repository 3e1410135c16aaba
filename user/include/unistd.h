/* unistd.h - system calls, and what POSIX builds on them. */
#pragma once
#include <sys/types.h>
#include <uapi/fcntl.h>

#define STDIN_FILENO  0
#define STDOUT_FILENO 1
#define STDERR_FILENO 2

extern char **environ;

/* processes */
pid_t fork(void);
pid_t getpid(void);
pid_t getppid(void);
pid_t gettid(void);
uid_t getuid(void);
uid_t geteuid(void);
gid_t getgid(void);
gid_t getegid(void);
pid_t getpgid(pid_t pid);
pid_t getpgrp(void);
int setpgid(pid_t pid, pid_t pgid);
pid_t setsid(void);
pid_t getsid(pid_t pid);
int execve(const char *path, char *const argv[], char *const envp[]);
int execv(const char *path, char *const argv[]);
int execvp(const char *name, char *const argv[]);                /* looks along PATH */
void _exit(int status) __attribute__((noreturn));
unsigned sleep(unsigned seconds);                                /* what was left of them */
int usleep(unsigned microseconds);
int pause(void);

/* files */
ssize_t read(int fd, void *data, size_t size);
ssize_t write(int fd, const void *data, size_t size);
ssize_t pread(int fd, void *data, size_t size, off_t where);
off_t lseek(int fd, off_t offset, int whence);
int close(int fd);
int dup(int fd);
int dup2(int fd, int to);
int pipe(int fds[2]);
int pipe2(int fds[2], int flags);
int ftruncate(int fd, off_t size);
int isatty(int fd);
int access(const char *path, int mode);
int unlink(const char *path);
int rmdir(const char *path);
int chdir(const char *path);
char *getcwd(char *buf, size_t size);
int sync(void);

/* memory */
int brk(void *end);
void *sbrk(intptr_t more);

/* any call by its number of sys/syscall.h; -1 and errno on error */
long syscall(long number, ...);

/* options: returns the letter, '?' for an unknown one, -1 at the end */
extern char *optarg;
extern int optind;
int getopt(int argc, char *const argv[], const char *letters);
