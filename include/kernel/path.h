/*
 * kernel/path.h - paths: from a name to an inode, and where a program is.
 *
 * A path is walked name by name under tree_lock(). `..` leads to a directory's parent, a symbolic link is
 * walked in its place, at most PATH_LINKS_MOST of them.
 */
#pragma once
#include <kernel/inode.h>
#include <kernel/mutex.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

enum { PATH_LINKS_MOST = 40 };

/* Where a program is; its threads share it. */
struct fs {
    atomic_uint refs;
    struct mutex lock;
    struct inode *cwd;
    unsigned umask;
};

/* Thread; may sleep. At the root, umask 022. NULL: no memory. */
struct fs *fs_create(void);
struct fs *fs_get(struct fs *fs); /* Any context. */
void fs_put(struct fs *fs);
struct fs *fs_copy(struct fs *fs);
/* Thread. The working directory, a reference more; of a kernel thread the root. */
struct inode *fs_cwd(void);
unsigned fs_umask(void);
/* Thread of a program. Returns the one before. */
unsigned fs_set_umask(unsigned umask);
int fs_chdir(struct inode *dir); /* 0, -ENOTDIR, or -EPERM for a kernel thread. */

/* The root, once it is there: path_init(). Without a reference more. */
struct inode *path_root(void);
/* Boot, once: an empty RAM file system as the root. 0 or -ENOMEM. */
int path_init(void);

/*
 * Thread; sleeps. path in kernel memory; dir: where a path begins that does not begin with `/`, NULL: the
 * working directory. follow: a symbolic link at the end too. *found is a reference more. 0, or -ENOENT,
 * -ENOTDIR, -ELOOP, -ENAMETOOLONG, -ENOMEM.
 */
int path_lookup(struct inode *dir, const char *path, bool follow, struct inode **found);
/* The same, tree locked. */
int path_lookup_locked(struct inode *dir, const char *path, bool follow, struct inode **found);

/* The directory of a path's last name, and that name, for those who make or remove it. */
struct path_last {
    struct inode *dir;      /* a reference */
    const char *name;       /* in the path that was given, or in text */
    size_t len;             /* 0: the path ends with `.`, `..` or is the root, and dir is what it leads to */
    bool slash;             /* there is a `/` behind it: it has to be a directory */
    char *text;             /* of symbolic links, or NULL */
};
/*
 * Tree locked. The same errors. follow: if the last name is of a symbolic link, the last name of that. With 0
 * path_last_put() has to follow, tree locked or not.
 */
int path_last(struct inode *dir, const char *path, bool follow, struct path_last *last);
void path_last_put(struct path_last *last);

/* Tree locked. The inode of that name in dir, a reference more; 0, -ENOENT, -ENOTDIR, -ENAMETOOLONG. */
int path_step(struct inode *dir, const char *name, size_t len, struct inode **found);

/* Tree locked. Makes what path_last() found no inode for; *made is a reference more. 0, or -EEXIST, ... */
int path_make(const struct path_last *last, const struct inode_new *what, struct inode **made);

/* All: thread; sleep. What the calls of these names do, with paths in kernel memory. */
int path_mknod(struct inode *dir, const char *path, unsigned mode, uint32_t device);
int path_mkdir(struct inode *dir, const char *path, unsigned mode);
int path_symlink(const char *text, struct inode *dir, const char *path);
int path_link(struct inode *i, struct inode *dir, const char *path);
int path_unlink(struct inode *dir, const char *path);
int path_rmdir(struct inode *dir, const char *path);
int path_rename(struct inode *from, const char *path, struct inode *to, const char *to_path, unsigned flags);
/* The path of a directory, with 0. Its length with that, or -ERANGE, -ENOENT: it is removed; -ENOMEM. */
long path_of(struct inode *dir, char *text, size_t size);
