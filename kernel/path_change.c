/* path_change.c - the calls that make, remove and rename: what is allowed, before a file system does it. */
#include <kernel/path.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>

/* 0: that name is free; or -EEXIST, or what went wrong as it was looked up. */
static int check_free(const struct path_last *last)
{
    struct inode *there;
    if (last->len == 0)
        return -EEXIST;
    int error = path_step(last->dir, last->name, last->len, &there);
    if (error == 0)
        inode_put(there);
    return error == 0 ? -EEXIST : error == -ENOENT ? 0 : error;
}

int path_make(const struct path_last *last, const struct inode_new *what, struct inode **made)
{
    struct inode *dir = last->dir;
    int error = check_free(last);
    if (error != 0)
        return error;
    if (dir->links == 0 || (last->slash && !S_ISDIR(what->mode)))
        return -ENOENT;
    if (dir->ops->create == NULL)
        return -EACCES;
    return dir->ops->create(dir, last->name, last->len, what, made);
}

/* Makes it, and lets it go: its name keeps it. */
static int make_at(struct inode *dir, const char *path, const struct inode_new *what)
{
    struct path_last last;
    struct inode *made;
    tree_lock();
    int error = path_last(dir, path, false, &last);
    if (error == 0) {
        error = path_make(&last, what, &made);
        path_last_put(&last);
        if (error == 0)
            inode_put(made);
    }
    tree_unlock();
    return error;
}

int path_mknod(struct inode *dir, const char *path, unsigned mode, uint32_t device)
{
    return make_at(dir, path, &(struct inode_new){ .mode = mode, .device = device });
}

int path_mkdir(struct inode *dir, const char *path, unsigned mode)
{
    return make_at(dir, path, &(struct inode_new){ .mode = S_IFDIR | (mode & 01777) });
}

int path_symlink(const char *text, struct inode *dir, const char *path)
{
    if (text[0] == 0)
        return -ENOENT;
    return make_at(dir, path, &(struct inode_new){ .mode = S_IFLNK | 0777, .text = text });
}

static int link_to(struct inode *i, const struct path_last *last)
{
    struct inode *dir = last->dir;
    int error = check_free(last);
    if (error != 0)
        return error;
    if (inode_is_dir(i))
        return -EPERM;
    if (i->ops != dir->ops || dir->ops->link == NULL)
        return -EXDEV;
    if (dir->links == 0 || i->links == 0 || last->slash)
        return -ENOENT;
    return dir->ops->link(dir, last->name, last->len, i);
}

int path_link(struct inode *i, struct inode *dir, const char *path)
{
    struct path_last last;
    tree_lock();
    int error = path_last(dir, path, false, &last);
    if (error == 0) {
        error = link_to(i, &last);
        path_last_put(&last);
    }
    tree_unlock();
    return error;
}

/* What is wrong with removing i, the last name of a path, as a directory or as something else. */
static int check_remove(const struct path_last *last, const struct inode *i, bool directory)
{
    if (directory && !inode_is_dir(i))
        return -ENOTDIR;
    if (!directory && inode_is_dir(i))
        return -EISDIR;
    if (last->slash && !inode_is_dir(i))
        return -ENOTDIR;
    if (last->dir->ops->remove == NULL)
        return -EPERM;
    return i->ops != last->dir->ops ? -EBUSY : 0; /* the root of another file system */
}

static int remove_last(const struct path_last *last, bool directory)
{
    struct inode *i;
    int error = path_step(last->dir, last->name, last->len, &i);
    if (error != 0)
        return error;
    error = check_remove(last, i, directory);
    if (error == 0)
        error = last->dir->ops->remove(last->dir, last->name, last->len, i);
    inode_put(i);
    return error;
}

/* What unlink() and rmdir() say of a path that ends with `.`, `..` or in the root. */
static int no_name(const char *path, bool directory)
{
    size_t n = 0;
    if (!directory)
        return -EISDIR;
    for (const char *c = path; *c != 0; c++) {
        if (*c != '/')
            n = (size_t)(c - path) + 1;
    }
    if (n == 0)
        return -EBUSY;
    return n > 1 && path[n - 2] == '.' ? -ENOTEMPTY : -EINVAL;
}

static int path_remove(struct inode *dir, const char *path, bool directory)
{
    struct path_last last;
    tree_lock();
    int error = path_last(dir, path, false, &last);
    if (error == 0) {
        error = last.len == 0 ? no_name(path, directory) : remove_last(&last, directory);
        path_last_put(&last);
    }
    tree_unlock();
    return error;
}

int path_unlink(struct inode *dir, const char *path)
{
    return path_remove(dir, path, false);
}

int path_rmdir(struct inode *dir, const char *path)
{
    return path_remove(dir, path, true);
}

static bool is_within(const struct inode *dir, const struct inode *top)
{
    while (dir != NULL && dir != top)
        dir = dir->parent;
    return dir != NULL;
}

/* What is wrong with i taking the place of old, which may be NULL. */
static int check_rename(const struct path_last *from, const struct path_last *to, const struct inode *i,
                        const struct inode *old)
{
    bool directory = inode_is_dir(i);
    if ((from->slash || to->slash) && !directory)
        return -ENOTDIR;
    if (directory && is_within(to->dir, i))
        return -EINVAL;
    if (old != NULL && inode_is_dir(old) && is_within(from->dir, old))
        return -ENOTEMPTY;
    if (old != NULL && directory != inode_is_dir(old))
        return directory ? -ENOTDIR : -EISDIR;
    if (from->dir->ops != to->dir->ops)
        return -EXDEV;
    if (from->dir->ops->rename == NULL)
        return -EPERM;
    if (i->ops != from->dir->ops || (old != NULL && old->ops != i->ops))
        return -EBUSY;
    return to->dir->links == 0 ? -ENOENT : 0;
}

static int rename_last(const struct path_last *from, const struct path_last *to, unsigned flags)
{
    struct inode *i, *old = NULL;
    if (from->len == 0 || to->len == 0)
        return (flags & RENAME_NOREPLACE) != 0 && from->len != 0 ? -EEXIST : -EBUSY;
    int error = path_step(from->dir, from->name, from->len, &i);
    if (error != 0)
        return error;
    error = path_step(to->dir, to->name, to->len, &old);
    if (error == -ENOENT)
        error = 0;
    else if (error == 0 && (flags & RENAME_NOREPLACE) != 0)
        error = -EEXIST;
    if (error == 0 && i != old) {
        error = check_rename(from, to, i, old);
        if (error == 0)
            error = from->dir->ops->rename(from->dir, from->name, from->len, to->dir, to->name, to->len, old);
    }
    inode_put(old);
    inode_put(i);
    return error;
}

int path_rename(struct inode *from, const char *path, struct inode *to, const char *to_path, unsigned flags)
{
    struct path_last a, b;
    if ((flags & ~(unsigned)RENAME_NOREPLACE) != 0)
        return -EINVAL;
    tree_lock();
    int error = path_last(from, path, false, &a);
    if (error == 0) {
        error = path_last(to, to_path, false, &b);
        if (error == 0) {
            error = rename_last(&a, &b, flags);
            path_last_put(&b);
        }
        path_last_put(&a);
    }
    tree_unlock();
    return error;
}
