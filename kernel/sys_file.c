/* sys_file.c - system calls: the bytes of open files. */
#include <kernel/kmalloc.h>
#include <kernel/page.h>
#include <kernel/sys.h>
#include <kernel/sys_arg.h>
#include <kernel/uaccess.h>
#include <lib/util.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <uapi/limits.h>

enum { FEW_PARTS = 8 };

/* file_read(), file_write() and their like at a place of the caller's. */
typedef long move_fn(struct file *f, struct uio *u);
typedef long move_at_fn(struct file *f, struct uio *u, uint64_t offset);

static inline long move(const unsigned long a[6], move_fn *fn)
{
    struct uio_part part;
    struct uio u;
    struct sys_file f = sys_file_begin(a[0]);
    if (f.file == NULL)
        return -EBADF;
    uio_init(&u, &part, true, a[1], min_size(a[2], SYS_MOVE_MOST));
    long n = fn(f.file, &u);
    sys_file_end(f);
    return n;
}

long sys_read(const unsigned long a[6])
{
    return move(a, file_read);
}

long sys_write(const unsigned long a[6])
{
    return move(a, file_write);
}

static inline long move_at(const unsigned long a[6], move_at_fn *fn)
{
    struct uio_part part;
    struct uio u;
    struct sys_file f = sys_file_begin(a[0]);
    if (f.file == NULL)
        return -EBADF;
    uio_init(&u, &part, true, a[1], min_size(a[2], SYS_MOVE_MOST));
    long n = fn(f.file, &u, sys_offset(a + 3));
    sys_file_end(f);
    return n;
}

long sys_pread64(const unsigned long a[6])
{
    return move_at(a, file_pread);
}

long sys_pwrite64(const unsigned long a[6])
{
    return move_at(a, file_pwrite);
}

/* A struct iovec is a struct uio_part. 0, -EFAULT or -EINVAL. */
static int get_parts(struct uio_part *part, size_t n, uintptr_t at)
{
    size_t room = SYS_MOVE_MOST;
    int error = copy_from_user(part, at, n * sizeof(*part));
    for (size_t i = 0; i < n && error == 0; i++) {
        if (part[i].size > SIZE_MAX / 2)
            error = -EINVAL;
        part[i].size = min_size(part[i].size, room);
        room -= part[i].size;
    }
    return error;
}

static long move_parts(const unsigned long a[6], move_fn *fn)
{
    struct uio_part few[FEW_PARTS], *part = few;
    struct uio u;
    struct file *f = sys_file(a[0]);
    if (f == NULL)
        return -EBADF;
    long n = a[2] > IOV_MAX ? -EINVAL : 0;
    if (n == 0 && a[2] > FEW_PARTS) {
        part = kmalloc_array(a[2], sizeof(*part));
        n = part == NULL ? -ENOMEM : 0;
    }
    if (n == 0)
        n = get_parts(part, a[2], a[1]);
    if (n == 0) {
        uio_init_parts(&u, part, (unsigned)a[2], true);
        n = fn(f, &u);
    }
    if (part != few)
        kfree(part);
    file_put(f);
    return n;
}

long sys_readv(const unsigned long a[6])
{
    return move_parts(a, file_read);
}

long sys_writev(const unsigned long a[6])
{
    return move_parts(a, file_write);
}

static int64_t seek(unsigned long fd, int64_t offset, unsigned long whence)
{
    struct file *f = sys_file(fd);
    if (f == NULL)
        return -EBADF;
    int64_t at = whence > SEEK_END ? -EINVAL : file_seek(f, offset, (int)whence);
    file_put(f);
    return at;
}

long sys_lseek(const unsigned long a[6])
{
    int64_t at = seek(a[0], (long)a[1], a[2]);
    return at > INTPTR_MAX ? -EOVERFLOW : (long)at;
}

/* i386: fd, high and low half of the offset, where the result goes, whence. */
long sys__llseek(const unsigned long a[6])
{
    int64_t at = seek(a[0], (int64_t)((uint64_t)a[1] << 32 | (uint32_t)a[2]), a[4]);
    return at < 0 ? (long)at : copy_to_user(a[3], &at, sizeof(at));
}

/* A page of it: what of `in` at offset could be written to `out`. */
static long send_page(struct file *out, struct file *in, void *page, uint64_t offset, size_t n)
{
    struct uio_part part;
    struct uio u;
    long got = file_read_at(in, page, min_size(n, PAGE_SIZE), offset);
    if (got <= 0)
        return got;
    uio_init(&u, &part, false, (uintptr_t)page, (size_t)got);
    return file_write(out, &u);
}

static long send_all(struct file *out, struct file *in, uint64_t *offset, size_t count)
{
    void *page = page_alloc(0, PAGE_OTHER);
    long done = 0, n = 1;
    if (page == NULL)
        return -ENOMEM;
    while ((size_t)done < count && n > 0) {
        n = send_page(out, in, page, *offset, count - (size_t)done);
        if (n > 0) {
            *offset += (uint64_t)n;
            done += n;
        }
    }
    page_free(page, 0);
    return done > 0 ? done : n;
}

/* offset_size: bytes of the offset in the program's memory. */
static long send(const unsigned long a[6], size_t offset_size)
{
    uint64_t offset = 0;
    long n = -EBADF;
    struct file *out = sys_file(a[0]), *in = sys_file(a[1]);
    if (out == NULL || in == NULL)
        goto out;
    int64_t at = a[2] != 0 ? copy_from_user(&offset, a[2], offset_size) : file_seek(in, 0, SEEK_CUR);
    n = (long)min_u64((uint64_t)at, INT32_MAX);
    if (at < 0) {
        n = at == -ESPIPE ? -EINVAL : (long)at;
        goto out;
    }
    if (a[2] == 0)
        offset = (uint64_t)at;
    n = send_all(out, in, &offset, min_size(a[3], SYS_MOVE_MOST));
    if (n <= 0)
        goto out;
    if (a[2] == 0)
        file_seek(in, (int64_t)offset, SEEK_SET);
    else if (copy_to_user(a[2], &offset, offset_size) != 0)
        n = -EFAULT;
out:
    file_put(out);
    file_put(in);
    return n;
}

long sys_sendfile(const unsigned long a[6])
{
    return send(a, sizeof(long));
}

long sys_sendfile64(const unsigned long a[6])
{
    return send(a, sizeof(uint64_t));
}

static long cut(unsigned long fd, int64_t size)
{
    struct file *f = sys_file(fd);
    if (f == NULL)
        return -EBADF;
    int error = size < 0 ? -EINVAL : file_truncate(f, (uint64_t)size);
    file_put(f);
    return error;
}

long sys_ftruncate(const unsigned long a[6])
{
    return cut(a[0], (long)a[1]);
}

long sys_ftruncate64(const unsigned long a[6])
{
    return cut(a[0], (int64_t)sys_offset(a + 1));
}

/* What was written is where it will ever be. */
long sys_fsync(const unsigned long a[6])
{
    struct file *f = sys_file(a[0]);
    file_put(f);
    return f == NULL ? -EBADF : 0;
}

long sys_sync(const unsigned long a[6])
{
    (void)a;
    return 0;
}

long sys_ioctl(const unsigned long a[6])
{
    struct file *f = sys_file(a[0]);
    if (f == NULL)
        return -EBADF;
    long result = f->ops->ioctl == NULL ? -ENOTTY : f->ops->ioctl(f, (unsigned)a[1], a[2]);
    file_put(f);
    return result;
}
