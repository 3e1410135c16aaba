/* kernel/initrd.h - the first files: a cpio archive that the boot loader put into memory. */
#pragma once
#include <lib/range.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * PID 1, once, after path_init(). Unpacks boot_info()->initrd into the root; then its pages are free. Files
 * made, or -ENOENT: there is no initrd, -EINVAL: it is none, -ENOMEM.
 */
int initrd_unpack(void);
/* Thread; sleeps. The same for an archive in memory, which stays. */
int initrd_unpack_from(const void *archive, size_t size);
/* Any context. Is it in memory, as the boot loader left it? */
bool initrd_is_there(void);
