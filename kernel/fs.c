/* fs.c - where a program is: its working directory and its umask. */
#include <kernel/kmalloc.h>
#include <kernel/path.h>
#include <kernel/user.h>
#include <uapi/errno.h>

enum { UMASK_FIRST = 022 };

static struct fs *make(struct inode *cwd, unsigned umask)
{
    struct fs *fs = kmalloc(sizeof(*fs));
    if (fs == NULL)
        return NULL;
    atomic_init(&fs->refs, 1);
    mutex_init(&fs->lock, "working directory");
    fs->cwd = inode_get(cwd);
    fs->umask = umask;
    return fs;
}

struct fs *fs_create(void)
{
    return make(path_root(), UMASK_FIRST);
}

struct fs *fs_get(struct fs *fs)
{
    atomic_fetch_add_explicit(&fs->refs, 1, memory_order_relaxed);
    return fs;
}

void fs_put(struct fs *fs)
{
    if (fs == NULL || atomic_fetch_sub_explicit(&fs->refs, 1, memory_order_acq_rel) != 1)
        return;
    inode_put(fs->cwd);
    kfree(fs);
}

struct fs *fs_copy(struct fs *fs)
{
    mutex_lock(&fs->lock);
    struct fs *copy = make(fs->cwd, fs->umask);
    mutex_unlock(&fs->lock);
    return copy;
}

static struct fs *mine(void)
{
    struct user *u = current_user();
    return u == NULL ? NULL : u->fs;
}

struct inode *fs_cwd(void)
{
    struct fs *fs = mine();
    if (fs == NULL)
        return inode_get(path_root());
    mutex_lock(&fs->lock);
    struct inode *cwd = inode_get(fs->cwd);
    mutex_unlock(&fs->lock);
    return cwd;
}

unsigned fs_umask(void)
{
    struct fs *fs = mine();
    return fs == NULL ? UMASK_FIRST : fs->umask;
}

unsigned fs_set_umask(unsigned umask)
{
    struct fs *fs = mine();
    mutex_lock(&fs->lock);
    unsigned old = fs->umask;
    fs->umask = umask & 0777;
    mutex_unlock(&fs->lock);
    return old;
}

int fs_chdir(struct inode *dir)
{
    struct fs *fs = mine();
    if (fs == NULL)
        return -EPERM;
    if (!inode_is_dir(dir))
        return -ENOTDIR;
    inode_get(dir);
    mutex_lock(&fs->lock);
    struct inode *old = fs->cwd;
    fs->cwd = dir;
    mutex_unlock(&fs->lock);
    inode_put(old);
    return 0;
}
