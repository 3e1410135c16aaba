/*
 * sys_mem.c - the calls about a program's own memory: Linux's arguments and errors, in pages.
 *
 * A file is mapped as a private copy; memory that a fork shares has no file behind it.
 */
#include <kernel/aspace.h>
#include <kernel/file.h>
#include <kernel/files.h>
#include <kernel/sys.h>
#include <kernel/uaccess.h>
#include <kernel/user.h>
#include <kernel/vm_walk.h>
#include <lib/util.h>
#include <uapi/errno.h>
#include <uapi/mman.h>

_Static_assert(PROT_READ == PROT_R && PROT_WRITE == PROT_W && PROT_EXEC == PROT_X,
               "no translation is needed");

enum { PROT_ALL = PROT_READ | PROT_WRITE | PROT_EXEC, MMAP2_SHIFT = 12 };

/* False: n bytes are more than there are addresses. */
static bool to_pages(unsigned long n, size_t *size)
{
    *size = align_up((size_t)n, PAGE_SIZE);
    return *size >= n;
}

long sys_brk(const unsigned long a[6])
{
    return (long)aspace_brk(current_user()->as, a[0]);
}

struct mapping {
    uintptr_t at;
    size_t size;
    unsigned prot, flags;
    struct area_source *src;
    uint64_t offset;
};

static long map(struct mapping *m)
{
    int result = aspace_map(current_user()->as, &m->at, m->size, m->prot, m->flags, m->src, m->offset,
                            m->src != NULL ? m->size : 0);
    return result == 0 ? (long)m->at : result;
}

static long map_file(struct mapping *m, unsigned fd)
{
    struct file *f = files_lookup(current_user()->files, fd);
    if (f == NULL)
        return -EBADF;
    m->src = file_source(f);
    long result = m->src != NULL ? 0 : -ENODEV;
    if ((f->kind & FILE_READABLE) == 0)
        result = -EACCES;
    else if (m->flags & AREA_SHARED)
        result = -ENODEV;
    if (result == 0)
        result = map(m);
    file_put(f);
    return result;
}

/* offset: in bytes. */
static long mmap(unsigned long at, unsigned long length, unsigned prot, unsigned flags, unsigned fd,
                 uint64_t offset)
{
    struct mapping m = { .at = at, .prot = prot & PROT_ALL, .offset = offset };
    unsigned type = flags & MAP_TYPE;
    if (length == 0 || offset % PAGE_SIZE != 0 || (type != MAP_SHARED && type != MAP_PRIVATE))
        return -EINVAL;
    if (!to_pages(length, &m.size))
        return -ENOMEM;
    if (offset + m.size < offset)
        return -EOVERFLOW;
    if (type == MAP_SHARED)
        m.flags |= AREA_SHARED;
    if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE))
        m.flags |= AREA_FIXED;
    if (flags & MAP_FIXED_NOREPLACE)
        m.flags |= AREA_NOREPLACE;
    if ((flags & MAP_ANONYMOUS) == 0)
        return map_file(&m, fd);
    m.offset = 0;
    return map(&m);
}

long sys_mmap(const unsigned long a[6])
{
    return mmap(a[0], a[1], (unsigned)a[2], (unsigned)a[3], (unsigned)a[4], a[5]);
}

long sys_mmap2(const unsigned long a[6])
{
    return mmap(a[0], a[1], (unsigned)a[2], (unsigned)a[3], (unsigned)a[4], (uint64_t)a[5] << MMAP2_SHIFT);
}

/* i386's first one: its six arguments lie in memory. */
long sys_old_mmap(const unsigned long a[6])
{
    uint32_t b[6];
    if (copy_from_user(b, a[0], sizeof(b)) != 0)
        return -EFAULT;
    return mmap(b[0], b[1], b[2], b[3], b[4], b[5]);
}

long sys_munmap(const unsigned long a[6])
{
    size_t size;
    if (!to_pages(a[1], &size))
        return -EINVAL;
    return aspace_unmap(current_user()->as, a[0], size);
}

long sys_mprotect(const unsigned long a[6])
{
    size_t size;
    if (a[2] & ~(unsigned long)PROT_ALL)
        return -EINVAL;
    if (!to_pages(a[1], &size))
        return -ENOMEM;
    return aspace_protect(current_user()->as, a[0], size, (unsigned)a[2]);
}

long sys_mremap(const unsigned long a[6])
{
    uintptr_t at = a[0], fixed = a[3] & MREMAP_FIXED ? a[4] : 0;
    size_t old_size, new_size;
    if ((a[3] & ~(unsigned long)(MREMAP_MAYMOVE | MREMAP_FIXED)) != 0 || a[1] == 0)
        return -EINVAL;
    if ((a[3] & MREMAP_FIXED) && ((a[3] & MREMAP_MAYMOVE) == 0 || fixed == 0))
        return -EINVAL;
    if (!to_pages(a[1], &old_size) || !to_pages(a[2], &new_size))
        return -EINVAL;
    int result = aspace_remap(current_user()->as, &at, old_size, new_size, a[3] & MREMAP_MAYMOVE, fixed);
    return result == 0 ? (long)at : result;
}

/* What is not a command is advice, and nobody has to take it. */
long sys_madvise(const unsigned long a[6])
{
    size_t size;
    if (a[0] % PAGE_SIZE != 0 || !to_pages(a[1], &size))
        return -EINVAL;
    return a[2] == MADV_DONTNEED ? aspace_forget(current_user()->as, a[0], size) : 0;
}
