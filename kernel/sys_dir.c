/* sys_dir.c - system calls: what is in a directory, and where the caller is. */
#include <kernel/kmalloc.h>
#include <kernel/sys.h>
#include <kernel/sys_arg.h>
#include <kernel/uaccess.h>
#include <lib/string.h>
#include <lib/util.h>
#include <uapi/dirent.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <uapi/limits.h>

/* Places in a directory: those of `.` and `..`; all others are the file system's. */
enum { AT_SELF, AT_PARENT, AT_ENTRIES };

struct listing {
    struct uio u;
    size_t done;
    int error; /* why it has ended */
};

static bool put_entry(void *ctx, const char *name, size_t len, uint64_t number, unsigned type, uint64_t next)
{
    _Alignas(struct dirent) char record[sizeof(struct dirent) + NAME_MAX + 1 + 7] = { 0 };
    struct listing *l = ctx;
    size_t size = align_up(offsetof(struct dirent, d_name) + len + 1, 8);
    if (size > l->u.left) {
        l->error = -EINVAL; /* if it is the first */
        return false;
    }
    struct dirent *d = (struct dirent *)(void *)record;
    *d = (struct dirent){ .d_ino = number, .d_off = (int64_t)next, .d_reclen = (uint16_t)size };
    d->d_type = (uint8_t)type;
    memcpy(d->d_name, name, len);
    l->error = uio_put(&l->u, record, size);
    l->done += l->error == 0 ? size : 0;
    return l->error == 0;
}

/* Tree locked. */
static void list_all(struct inode *dir, uint64_t *position, struct listing *l)
{
    const struct inode *up = dir->parent != NULL ? dir->parent : dir;
    if (*position == AT_SELF && put_entry(l, ".", 1, dir->number, DT_DIR, AT_PARENT))
        *position = AT_PARENT;
    if (*position == AT_PARENT && put_entry(l, "..", 2, up->number, DT_DIR, AT_ENTRIES))
        *position = AT_ENTRIES;
    if (*position >= AT_ENTRIES && l->error == 0) {
        int error = dir->ops->list(dir, position, put_entry, l);
        if (error != 0)
            l->error = error;
    }
}

long sys_getdents64(const unsigned long a[6])
{
    struct listing l = { .error = 0 };
    struct uio_part part;
    struct file *f = sys_file(a[0]);
    if (f == NULL)
        return -EBADF;
    uio_init(&l.u, &part, true, a[1], min_size(a[2], INT32_MAX));
    if (!inode_is_dir(f->inode)) {
        l.error = -ENOTDIR;
    } else {
        mutex_lock(&f->lock);
        tree_lock();
        if (f->inode->links == 0)
            l.error = -ENOENT;
        else
            list_all(f->inode, &f->position, &l);
        tree_unlock();
        mutex_unlock(&f->lock);
    }
    file_put(f);
    return l.done > 0 ? (long)l.done : l.error;
}

long sys_chdir(const unsigned long a[6])
{
    int error;
    struct inode *i = sys_inode(AT_FDCWD, a[0], 0, &error);
    if (i == NULL)
        return error;
    error = fs_chdir(i);
    inode_put(i);
    return error;
}

long sys_fchdir(const unsigned long a[6])
{
    struct file *f = sys_file(a[0]);
    if (f == NULL)
        return -EBADF;
    int error = fs_chdir(f->inode);
    file_put(f);
    return error;
}

/* Returns the length with the 0, as the call of Linux does. */
long sys_getcwd(const unsigned long a[6])
{
    char *text = kmalloc(PATH_MAX);
    if (text == NULL)
        return -ENOMEM;
    struct inode *cwd = fs_cwd();
    long n = cwd->links == 0 ? -ENOENT : path_of(cwd, text, min_size(PATH_MAX, a[1]));
    inode_put(cwd);
    if (n > 0 && copy_to_user(a[0], text, (size_t)n) != 0)
        n = -EFAULT;
    kfree(text);
    return n;
}

long sys_umask(const unsigned long a[6])
{
    return (long)fs_set_umask((unsigned)a[0]);
}
