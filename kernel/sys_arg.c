/* sys_arg.c - arguments of the calls about files. */
#include <kernel/files.h>
#include <kernel/kmalloc.h>
#include <kernel/sys_arg.h>
#include <kernel/uaccess.h>
#include <kernel/user.h>
#include <lib/util.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <uapi/limits.h>

struct file *sys_file(unsigned long fd)
{
    return files_lookup(current_user()->files, (unsigned)fd);
}

long sys_install(struct file *f, unsigned flags, int error)
{
    if (f == NULL)
        return error;
    int fd = files_install(current_user()->files, f, flags);
    if (fd < 0)
        file_put(f);
    return fd;
}

/* Where a relative path begins. */
static int begin(long dirfd, struct inode **dir)
{
    *dir = NULL;
    if ((int)dirfd == AT_FDCWD)
        return 0;
    struct file *f = sys_file((unsigned long)dirfd);
    if (f == NULL)
        return -EBADF;
    int error = inode_is_dir(f->inode) ? 0 : -ENOTDIR;
    if (error == 0)
        *dir = inode_get(f->inode);
    file_put(f);
    return error;
}

int sys_path_get(struct sys_path *p, long dirfd, uintptr_t at)
{
    *p = (struct sys_path){ .text = kmalloc(PATH_MAX) };
    if (p->text == NULL)
        return -ENOMEM;
    long n = copy_string_from_user(p->text, at, PATH_MAX);
    int error = n < 0 ? (int)n : p->text[0] == '/' ? 0 : begin(dirfd, &p->dir);
    if (error != 0)
        kfree(p->text);
    return error;
}

void sys_path_put(struct sys_path *p)
{
    inode_put(p->dir);
    kfree(p->text);
}

/* That of a descriptor. */
static int inode_of(long fd, struct inode **i)
{
    if ((int)fd == AT_FDCWD) {
        *i = fs_cwd();
        return 0;
    }
    struct file *f = sys_file((unsigned long)fd);
    if (f == NULL)
        return -EBADF;
    *i = inode_get(f->inode);
    file_put(f);
    return 0;
}

struct inode *sys_inode(long dirfd, uintptr_t at, unsigned flags, int *error)
{
    struct sys_path p;
    struct inode *i = NULL;
    char first = 1;
    if ((flags & AT_EMPTY_PATH) != 0) {
        *error = at == 0 ? 0 : copy_from_user(&first, at, 1);
        if (*error == 0 && (at == 0 || first == 0))
            *error = inode_of(dirfd, &i);
        if (*error != 0 || i != NULL)
            return i;
    }
    *error = sys_path_get(&p, dirfd, at);
    if (*error != 0)
        return NULL;
    *error = path_lookup(p.dir, p.text, (flags & AT_SYMLINK_NOFOLLOW) == 0, &i);
    sys_path_put(&p);
    return *error == 0 ? i : NULL;
}
