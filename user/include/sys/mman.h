/* sys/mman.h - mapping memory. */
#pragma once
#include <sys/types.h>
#include <uapi/mman.h>

#define MAP_FAILED ((void *)-1)
#define MAP_ANON   MAP_ANONYMOUS

void *mmap(void *where, size_t size, int prot, int flags, int fd, off_t offset);
int munmap(void *where, size_t size);
int mprotect(void *where, size_t size, int prot);
void *mremap(void *old, size_t old_size, size_t size, int flags);
int madvise(void *where, size_t size, int advice);
