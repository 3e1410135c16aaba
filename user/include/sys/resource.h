/* sys/resource.h - limits and what was used. */
#pragma once
#include <sys/types.h>
#include <uapi/resource.h>

int getrlimit(int what, struct rlimit *limit);
int setrlimit(int what, const struct rlimit *limit);
int getrusage(int who, struct rusage *usage);
