/* sys/wait.h - waiting for children. */
#pragma once
#include <sys/types.h>
#include <uapi/wait.h>

struct rusage;

pid_t wait(int *status);
pid_t waitpid(pid_t pid, int *status, int options);
pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage);
