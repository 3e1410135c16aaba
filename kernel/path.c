/* path.c - paths: the walk from a name to an inode, and back. */
#include <kernel/kmalloc.h>
#include <kernel/path.h>
#include <kernel/ramfs.h>
#include <lib/string.h>
#include <lib/util.h>
#include <uapi/errno.h>
#include <uapi/limits.h>

static struct inode *root;

struct inode *path_root(void)
{
    return root;
}

int path_init(void)
{
    root = ramfs_create();
    return root == NULL ? -ENOMEM : 0;
}

/* One walk. What is left of the path is at rest: in the path that was given, or in text. */
struct walk {
    struct inode *at; /* a reference */
    const char *rest;
    char *text; /* what a symbolic link was replaced by; NULL: none yet */
    unsigned links;
};

static bool is_dots(const char *name, size_t len)
{
    return name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.'));
}

int path_step(struct inode *dir, const char *name, size_t len, struct inode **found)
{
    if (!inode_is_dir(dir))
        return -ENOTDIR;
    if (len > NAME_MAX)
        return -ENAMETOOLONG;
    if (is_dots(name, len)) {
        *found = inode_get(len == 2 && dir->parent != NULL ? dir->parent : dir);
        return 0;
    }
    return dir->ops->lookup(dir, name, len, found);
}

static void go_to(struct walk *w, struct inode *i)
{
    inode_put(w->at);
    w->at = i;
}

/* Goes on with the text of a symbolic link, and behind it, where it was, the rest of the path. */
static int take_link(struct walk *w, struct inode *link)
{
    if (++w->links > PATH_LINKS_MOST)
        return -ELOOP;
    char *text = kmalloc(PATH_MAX);
    if (text == NULL)
        return -ENOMEM;
    long n = link->ops->readlink(link, text, PATH_MAX);
    size_t rest = strlen(w->rest);
    if (n <= 0 || (size_t)n + rest >= PATH_MAX) {
        kfree(text);
        return n < 0 ? (int)n : n == 0 ? -ENOENT : -ENAMETOOLONG;
    }
    memcpy(text + n, w->rest, rest + 1); /* it begins with a `/`, or is empty */
    kfree(w->text);
    w->rest = w->text = text;
    if (text[0] == '/')
        go_to(w, inode_get(root));
    return 0;
}

/* A name of the path: where it is, and what follows it. */
struct part {
    const char *name, *behind;
    size_t len;
    bool slash, last;
};

static struct part next_part(const struct walk *w)
{
    struct part p = { .name = w->rest };
    while (*p.name == '/')
        p.name++;
    while (p.name[p.len] != 0 && p.name[p.len] != '/')
        p.len++;
    p.behind = p.name + p.len;
    const char *end = p.behind;
    while (*end == '/')
        end++;
    p.slash = end != p.behind;
    p.last = *end == 0;
    return p;
}

/* One name: 0 if the walk goes on at w->at, 1 if it has ended there, or -E... */
static int walk_part(struct walk *w, const struct part *p, bool follow)
{
    struct inode *next;
    int error = path_step(w->at, p->name, p->len, &next);
    if (error != 0)
        return error;
    w->rest = p->behind;
    if (S_ISLNK(next->mode) && (!p->last || follow || p->slash)) {
        error = take_link(w, next);
        inode_put(next);
        return error;
    }
    go_to(w, next);
    if (p->slash && !inode_is_dir(next))
        return -ENOTDIR;
    return p->last;
}

/* For path_last(): is this the name to stop at? If it is a link to be followed, goes on behind that. */
static int stop_here(struct walk *w, const struct part *p, bool follow)
{
    struct inode *next;
    if (!p->last || is_dots(p->name, p->len))
        return 0;
    if (!inode_is_dir(w->at))
        return -ENOTDIR;
    if (p->len > NAME_MAX)
        return -ENAMETOOLONG;
    if (!follow || path_step(w->at, p->name, p->len, &next) != 0)
        return 1;
    bool link = S_ISLNK(next->mode);
    inode_put(next);
    return !link;
}

/* Tree locked. The whole walk; last may be NULL. 0: w->at is where it ends, a reference. */
static int walk(struct walk *w, struct inode *dir, const char *path, bool follow, struct path_last *last)
{
    int end = 0;
    if (path[0] == 0)
        return -ENOENT;
    if (strlen(path) >= PATH_MAX)
        return -ENAMETOOLONG;
    *w = (struct walk){ .rest = path };
    w->at = path[0] == '/' ? inode_get(root) : dir != NULL ? inode_get(dir) : fs_cwd();
    while (end == 0) {
        struct part p = next_part(w);
        if (p.len == 0) /* nothing but slashes */
            break;
        if (last != NULL) {
            end = stop_here(w, &p, follow);
            if (end > 0)
                *last = (struct path_last){ .name = p.name, .len = p.len, .slash = p.slash };
            if (end != 0)
                break;
        }
        end = walk_part(w, &p, follow);
    }
    if (end < 0) {
        inode_put(w->at);
        kfree(w->text);
        return end;
    }
    return 0;
}

int path_lookup_locked(struct inode *dir, const char *path, bool follow, struct inode **found)
{
    struct walk w;
    int error = walk(&w, dir, path, follow, NULL);
    if (error != 0)
        return error;
    kfree(w.text);
    *found = w.at;
    return 0;
}

int path_lookup(struct inode *dir, const char *path, bool follow, struct inode **found)
{
    tree_lock();
    int error = path_lookup_locked(dir, path, follow, found);
    tree_unlock();
    return error;
}

int path_last(struct inode *dir, const char *path, bool follow, struct path_last *last)
{
    struct walk w;
    *last = (struct path_last){ .len = 0 };
    int error = walk(&w, dir, path, follow, last);
    if (error != 0)
        return error;
    last->dir = w.at;
    last->text = w.text;
    return 0;
}

void path_last_put(struct path_last *last)
{
    inode_put(last->dir);
    kfree(last->text);
}

/* Looks for the entry that is an inode of that number. */
struct by_number {
    uint64_t number;
    char *end;  /* its name goes in front of this, */
    char *from; /*   not below that */
    bool found, too_long;
};

static bool compare(void *ctx, const char *name, size_t len, uint64_t number, unsigned type, uint64_t next)
{
    struct by_number *b = ctx;
    (void)type;
    (void)next;
    if (number != b->number)
        return true;
    b->found = true;
    b->too_long = len + 1 > (size_t)(b->end - b->from);
    if (!b->too_long) {
        b->end -= len;
        memcpy(b->end, name, len);
        *--b->end = '/';
    }
    return false;
}

/* Tree locked. Writes from the end of the text backwards. */
static long climb(struct inode *dir, char *text, size_t size)
{
    struct by_number b = { .end = text + size - 1, .from = text };
    *b.end = 0;
    while (dir->parent != NULL) {
        uint64_t position = 0;
        b.number = dir->number;
        b.found = false;
        int error = dir->parent->ops->list(dir->parent, &position, compare, &b);
        if (error != 0)
            return error;
        if (!b.found)
            return -ENOENT;
        if (b.too_long)
            return -ERANGE;
        dir = dir->parent;
    }
    if (*b.end == 0) {
        if (b.end == text)
            return -ERANGE;
        *--b.end = '/';
    }
    size_t n = size - (size_t)(b.end - text);
    memmove(text, b.end, n);
    return (long)n;
}

long path_of(struct inode *dir, char *text, size_t size)
{
    if (size == 0)
        return -ERANGE;
    tree_lock();
    long n = climb(dir, text, size);
    tree_unlock();
    return n;
}
