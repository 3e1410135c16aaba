/* file.c - open files: how they come to be, and where reads and writes go. */
#include <kernel/file.h>
#include <kernel/kassert.h>
#include <kernel/kmalloc.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>

static const struct file_ops no_ops;

/* A file on nothing yet. */
static struct file *alloc(unsigned flags)
{
    static const unsigned kinds[] = {
        [O_RDONLY] = FILE_READABLE, [O_WRONLY] = FILE_WRITABLE, [O_RDWR] = FILE_READABLE | FILE_WRITABLE, 0
    };
    struct file *f = kzalloc(sizeof(*f));
    if (f == NULL)
        return NULL;
    atomic_init(&f->refs, 1);
    atomic_init(&f->flags, flags & (O_APPEND | O_NONBLOCK));
    mutex_init(&f->lock, "file position");
    f->kind = kinds[flags & O_ACCMODE];
    f->opened = flags & (O_ACCMODE | O_DIRECTORY | O_NOFOLLOW | O_NOCTTY);
    f->ops = &no_ops;
    return f;
}

struct file *file_create(struct inode *i, unsigned flags)
{
    struct file *f = alloc(flags);
    if (f != NULL)
        f->inode = inode_get(i);
    return f;
}

void file_release(struct file *f)
{
    if (f->ops->release != NULL)
        f->ops->release(f);
    inode_put(f->inode);
    kfree(f);
}

/* What is wrong with opening i that way. */
static int check_open(const struct inode *i, int flags)
{
    bool writes = (flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC) != 0;
    if (S_ISLNK(i->mode))
        return -ELOOP;
    if ((flags & O_DIRECTORY) != 0 && !inode_is_dir(i))
        return -ENOTDIR;
    if (inode_is_dir(i) && (writes || (flags & O_CREAT) != 0))
        return -EISDIR;
    return 0;
}

/* f is of i from now on, a reference more. */
static int start(struct file *f, struct inode *i, int flags)
{
    int error = check_open(i, flags);
    if (error != 0)
        return error;
    f->inode = inode_get(i);
    if (inode_is_dir(i))
        return 0;
    error = i->ops->open == NULL ? -ENXIO : i->ops->open(i, f);
    if (error == 0 && (flags & O_TRUNC) != 0 && S_ISREG(i->mode) && i->ops->truncate != NULL)
        error = i->ops->truncate(i, 0);
    return error;
}

/* Tree locked. For O_CREAT: the inode that is there, or a new one; *flags loses O_TRUNC then. */
static int find_or_make(const struct path_last *last, int *flags, unsigned mode, struct inode **found)
{
    if (last->len == 0)
        return (*flags & O_EXCL) != 0 ? -EEXIST : -EISDIR;
    int error = path_step(last->dir, last->name, last->len, found);
    if (error == 0 && ((*flags & O_EXCL) != 0 || last->slash)) {
        error = (*flags & O_EXCL) != 0 ? -EEXIST : inode_is_dir(*found) ? -EISDIR : -ENOTDIR;
        inode_put(*found);
    }
    if (error != -ENOENT)
        return error;
    if (last->slash)
        return -EISDIR;
    *flags &= ~O_TRUNC;
    return path_make(last, &(struct inode_new){ .mode = S_IFREG | (mode & 07777) }, found);
}

static int find(struct inode *dir, const char *path, int *flags, unsigned mode, struct inode **found)
{
    struct path_last last;
    int error;
    tree_lock();
    if ((*flags & O_CREAT) == 0) {
        error = path_lookup_locked(dir, path, (*flags & O_NOFOLLOW) == 0, found);
    } else {
        error = path_last(dir, path, (*flags & (O_EXCL | O_NOFOLLOW)) == 0, &last);
        if (error == 0) {
            error = find_or_make(&last, flags, mode, found);
            path_last_put(&last);
        }
    }
    tree_unlock();
    return error;
}

/* What may fail for want of memory comes first: what O_CREAT makes is opened as well. */
struct file *file_open_at(struct inode *dir, const char *path, int flags, unsigned mode, int *error)
{
    struct inode *i;
    struct file *f = alloc((unsigned)flags);
    *error = f == NULL ? -ENOMEM : find(dir, path, &flags, mode, &i);
    if (*error == 0) {
        *error = start(f, i, flags);
        inode_put(i);
    }
    if (*error == 0)
        return f;
    file_put(f);
    return NULL;
}

struct file *file_open(const char *path, int flags, unsigned mode, int *error)
{
    return file_open_at(NULL, path, flags, mode, error);
}

static int check_read(const struct file *f)
{
    if ((f->kind & FILE_READABLE) == 0)
        return -EBADF;
    if (f->ops->read == NULL)
        return inode_is_dir(f->inode) ? -EISDIR : -EINVAL;
    return 0;
}

static int check_write(const struct file *f)
{
    if ((f->kind & FILE_WRITABLE) == 0)
        return -EBADF;
    return f->ops->write == NULL ? -EINVAL : 0;
}

typedef long move_fn(struct file *f, struct uio *u, uint64_t *position);

/* At the file's position, which is one call's at a time. Out of the way of streams. */
static __attribute__((noinline)) long move_in_turn(struct file *f, struct uio *u, move_fn *fn)
{
    mutex_lock(&f->lock);
    long n = fn(f, u, &f->position);
    mutex_unlock(&f->lock);
    return n;
}

static inline long move(struct file *f, struct uio *u, move_fn *fn)
{
    return (f->kind & FILE_STREAM) != 0 ? fn(f, u, &f->position) : move_in_turn(f, u, fn);
}

long file_read(struct file *f, struct uio *u)
{
    int error = check_read(f);
    return error != 0 ? error : move(f, u, f->ops->read);
}

long file_write(struct file *f, struct uio *u)
{
    int error = check_write(f);
    return error != 0 ? error : move(f, u, f->ops->write);
}

static int check_place(const struct file *f, uint64_t offset)
{
    if (offset > INT64_MAX)
        return -EINVAL;
    return (f->kind & FILE_STREAM) != 0 ? -ESPIPE : 0;
}

long file_pread(struct file *f, struct uio *u, uint64_t offset)
{
    int error = check_place(f, offset);
    if (error == 0)
        error = check_read(f);
    return error != 0 ? error : f->ops->read(f, u, &offset);
}

long file_pwrite(struct file *f, struct uio *u, uint64_t offset)
{
    int error = check_place(f, offset);
    if (error == 0)
        error = check_write(f);
    return error != 0 ? error : f->ops->write(f, u, &offset);
}

long file_read_at(struct file *f, void *to, size_t n, uint64_t offset)
{
    struct uio_part part;
    struct uio u;
    uio_init(&u, &part, false, (uintptr_t)to, n);
    return file_pread(f, &u, offset);
}

long file_write_at(struct file *f, const void *from, size_t n, uint64_t offset)
{
    struct uio_part part;
    struct uio u;
    uio_init(&u, &part, false, (uintptr_t)from, n);
    return file_pwrite(f, &u, offset);
}

uint64_t file_size(struct file *f)
{
    mutex_lock(&f->inode->lock);
    uint64_t size = f->inode->size;
    mutex_unlock(&f->inode->lock);
    return size;
}

static int64_t seek_to(struct file *f, int64_t offset, int whence)
{
    int64_t from = 0, to;
    if (whence == SEEK_CUR) {
        from = (int64_t)f->position;
    } else if (whence == SEEK_END) {
        from = (int64_t)file_size(f);
    } else if (whence != SEEK_SET) {
        return -EINVAL;
    }
    if (__builtin_add_overflow(from, offset, &to))
        return -EOVERFLOW;
    if (to < 0)
        return -EINVAL;
    f->position = (uint64_t)to;
    return to;
}

int64_t file_seek(struct file *f, int64_t offset, int whence)
{
    if ((f->kind & FILE_STREAM) != 0)
        return -ESPIPE;
    mutex_lock(&f->lock);
    int64_t to = seek_to(f, offset, whence);
    mutex_unlock(&f->lock);
    return to;
}

int file_truncate(struct file *f, uint64_t size)
{
    if ((f->kind & FILE_WRITABLE) == 0 || !S_ISREG(f->inode->mode) || size > INT64_MAX)
        return -EINVAL;
    return f->inode->ops->truncate == NULL ? -EINVAL : f->inode->ops->truncate(f->inode, size);
}

struct area_source *file_source(struct file *f)
{
    return S_ISREG(f->inode->mode) && f->inode->ops->read_at != NULL ? &f->inode->source : NULL;
}

int file_may_execute(struct file *f)
{
    return S_ISREG(f->inode->mode) && (f->inode->mode & 0111) != 0 ? 0 : -EACCES;
}
