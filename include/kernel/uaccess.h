/*
 * kernel/uaccess.h - to and from the memory of the program that called.
 *
 * The kernel never uses an address of a program. It looks it up in the caller's page tables, and copies
 * through the direct map; what is not there comes in as by a page fault. So there is nothing to fix up, and
 * an address that lies in the kernel half is as wrong as any other.
 *
 * All: thread of a program, irqs on, no spinlock held, nor a lock that an area_source needs to be read; may
 * sleep. Any address, any size: 0, or -EFAULT, and a part may have been copied.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

int copy_from_user(void *to, uintptr_t from, size_t n);
int copy_to_user(uintptr_t to, const void *from, size_t n);
int clear_user(uintptr_t to, size_t n);
/* A string of less than `size` bytes. Its length, without the 0; or -EFAULT, or -ENAMETOOLONG. */
long copy_string_from_user(char *to, uintptr_t from, size_t size);

/* A word for a futex, aligned to 4; else -EINVAL. */
int load_user_word(uintptr_t from, uint32_t *value);
/* If it is `from`, it becomes `to`, in one piece; *seen is what it was. */
int cas_user_word(uintptr_t at, uint32_t from, uint32_t to, uint32_t *seen);
