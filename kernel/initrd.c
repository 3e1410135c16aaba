/* initrd.c - the first files: each entry of the archive becomes what it says. */
#include <hal/mmu.h>
#include <kernel/file.h>
#include <kernel/initrd.h>
#include <kernel/kmalloc.h>
#include <kernel/main.h>
#include <kernel/memmap.h>
#include <kernel/printk.h>
#include <lib/cpio.h>
#include <lib/string.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>

enum { ATTEMPTS = 20 };

static bool given_back;

bool initrd_is_there(void)
{
    return boot_info()->initrd.size > 0 && !given_back;
}

/* Hard links: the first entry of the same inode, if it stands before the one at `before`. */
static const char *first_name(const void *archive, size_t size, const struct cpio_entry *e)
{
    struct cpio_entry other;
    size_t at = 0;
    while (cpio_next(archive, size, &at, &other) > 0 && other.name != e->name) {
        if (other.ino == e->ino && other.links > 1 && S_ISREG(other.mode))
            return other.name;
    }
    return NULL;
}

static int link_names(const char *old, const char *name)
{
    struct inode *i;
    int error = path_lookup(NULL, old, false, &i);
    if (error != 0)
        return error;
    error = path_link(i, NULL, name);
    inode_put(i);
    return error;
}

static int write_all(const struct cpio_entry *e)
{
    int error;
    struct file *f = file_open(e->name, O_WRONLY | O_CREAT, e->mode & 07777, &error);
    if (f == NULL)
        return error;
    long n = file_write_at(f, e->data, e->size, 0);
    file_put(f);
    if (n < 0)
        return (int)n;
    return (size_t)n == e->size ? 0 : -ENOSPC;
}

static int make_file(const void *archive, size_t size, const struct cpio_entry *e)
{
    const char *old = e->links > 1 ? first_name(archive, size, e) : NULL;
    int error = old == NULL ? 0 : link_names(old, e->name);
    if (error == -EEXIST)
        error = 0; /* it was made by an attempt that failed later */
    /* the bytes come with one of the names, most often the last */
    return error == 0 && (old == NULL || e->size > 0) ? write_all(e) : error;
}

static int make_symlink(const struct cpio_entry *e)
{
    char *text = kmalloc((size_t)e->size + 1);
    if (text == NULL)
        return -ENOMEM;
    memcpy(text, e->data, e->size);
    text[e->size] = 0;
    int error = path_symlink(text, NULL, e->name);
    kfree(text);
    return error;
}

static int make(const void *archive, size_t size, const struct cpio_entry *e)
{
    switch (e->mode & S_IFMT) {
    case S_IFDIR:
        return path_mkdir(NULL, e->name, e->mode);
    case S_IFREG:
        return make_file(archive, size, e);
    case S_IFLNK:
        return make_symlink(e);
    default:
        return path_mknod(NULL, e->name, e->mode, INODE_DEVICE(e->rmajor, e->rminor));
    }
}

int initrd_unpack_from(const void *archive, size_t size)
{
    struct cpio_entry e;
    size_t at = 0;
    int count = 0, more;
    while ((more = cpio_next(archive, size, &at, &e)) > 0) {
        if (strcmp(e.name, ".") == 0)
            continue;
        int error = -ENOMEM;
        for (unsigned i = 0; i < ATTEMPTS && error == -ENOMEM; i++)
            error = make(archive, size, &e); /* a shortage of memory may pass */
        if (error == -ENOMEM || error == -ENOSPC)
            return -ENOMEM;
        if (error != 0 && error != -EEXIST)
            printk(KERN_WARN "initrd: %s: error %d\n", e.name, -error);
        count += error == 0;
    }
    return more < 0 ? -EINVAL : count;
}

int initrd_unpack(void)
{
    struct mem_range r = boot_info()->initrd;
    if (r.size == 0)
        return -ENOENT;
    int count = initrd_unpack_from((const void *)hal_p2v((uintptr_t)r.base), (size_t)r.size);
    if (count >= 0) {
        memmap_free_initrd();
        given_back = true;
    }
    return count;
}
