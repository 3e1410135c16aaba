/*
 * files_host.c - what the files of the kernel need of the rest of it, in a process of the host.
 *
 * One thread: a mutex that is held already would be waited for without end, and so is a failure. Programs'
 * memory is ours.
 */
#include "files_host.h"
#include "memory_host.h"

#include <string.h>

#include <kernel/clock.h>
#include <kernel/dev.h>
#include <kernel/group.h>
#include <kernel/mutex.h>
#include <kernel/path.h>
#include <kernel/uaccess.h>
#include <uapi/errno.h>

enum { RAM_SIZE = 0x1800000 };

static unsigned held;
static size_t free_pages;

void mutex_init(struct mutex *m, const char *name)
{
    (void)name;
    atomic_init(&m->owner, 0);
}

void mutex_lock(struct mutex *m)
{
    host_check(m->owner == 0);
    m->owner = 1;
    held++;
}

void mutex_unlock(struct mutex *m)
{
    host_check(m->owner == 1);
    m->owner = 0;
    held--;
}

uint64_t clock_uptime_ns(void)
{
    static uint64_t now;
    return ++now;
}

int copy_from_user(void *to, uintptr_t from, size_t n)
{
    memcpy(to, (const void *)from, n);
    return 0;
}

int copy_to_user(uintptr_t to, const void *from, size_t n)
{
    memcpy((void *)to, from, n);
    return 0;
}

int clear_user(uintptr_t to, size_t n)
{
    memset((void *)to, 0, n);
    return 0;
}

uint64_t group_limit(struct group *g, unsigned which)
{
    (void)g;
    (void)which;
    return 0;
}

int dev_open(struct inode *i, struct file *f)
{
    (void)i;
    (void)f;
    return -ENXIO;
}

static size_t count_free(void)
{
    memory_host_settle();
    return page_stat().free;
}

void files_host_start(void)
{
    memory_host_start(RAM_SIZE);
    host_memory.fail_wanted = true;
    host_check(path_init() == 0);
    free_pages = count_free();
}

void files_host_clean(void)
{
    host_check(held == 0 && count_free() == free_pages);
    memory_host_exact();
}
