/*
 * ramfs.c - the RAM file system: directories and what is in them.
 *
 * A directory is a list of entries in the order in which they came. Each has a number that rises, and this is
 * a reader's place: so an entry that is there all the time is met once, whatever comes and goes meanwhile.
 */
#include <kernel/clock.h>
#include <kernel/dev.h>
#include <kernel/kassert.h>
#include <kernel/kmalloc.h>
#include <kernel/ramfs.h>
#include <kernel/ramfs_data.h>
#include <lib/string.h>
#include <uapi/errno.h>
#include <uapi/limits.h>

enum { RAMFS_DEVICE = 1, ENTRY_FIRST = 3 }; /* 1 and 2 are `.` and `..` */

struct ram_entry {
    struct list link;
    struct inode *inode; /* a reference */
    uint64_t number;
    size_t len;
    char name[];
};

static atomic_uint last_number;

static const struct inode_ops ram_ops;

static struct ram_entry *find(struct inode *dir, const char *name, size_t len)
{
    struct ram_entry *e;
    list_for_each_entry(e, &ram_inode(dir)->entries, link) {
        if (e->len == len && memcmp(e->name, name, len) == 0)
            return e;
    }
    return NULL;
}

static struct ram_entry *entry_create(const char *name, size_t len)
{
    struct ram_entry *e = kmalloc(sizeof(*e) + len);
    if (e == NULL)
        return NULL;
    list_init(&e->link);
    e->len = len;
    memcpy(e->name, name, len);
    return e;
}

/* e names i from now on; takes the caller's reference to it. */
static void entry_add(struct inode *dir, struct ram_entry *e, struct inode *i)
{
    e->inode = i;
    e->number = ram_inode(dir)->next++;
    list_add_tail(&ram_inode(dir)->entries, &e->link);
    inode_touch(dir);
}

/* Takes the entry out; the reference is the caller's. */
static void entry_remove(struct inode *dir, struct ram_entry *e)
{
    list_del(&e->link);
    kfree(e);
    inode_touch(dir);
}

static struct inode *ram_inode_create(const struct inode_new *what)
{
    struct ram_inode *r = kzalloc(sizeof(*r));
    if (r == NULL)
        return NULL;
    if (what->text != NULL) {
        size_t len = strlen(what->text);
        r->text = kmalloc(len + 1);
        if (r->text == NULL) {
            kfree(r);
            return NULL;
        }
        memcpy(r->text, what->text, len + 1);
        r->inode.size = len;
    }
    unsigned number = atomic_fetch_add_explicit(&last_number, 1, memory_order_relaxed) + 1;
    inode_init(&r->inode, &ram_ops, what->mode, number);
    r->inode.device = RAMFS_DEVICE;
    r->inode.rdev = what->device;
    list_init(&r->entries);
    r->next = ENTRY_FIRST;
    return &r->inode;
}

static int ram_lookup(struct inode *dir, const char *name, size_t len, struct inode **found)
{
    struct ram_entry *e = find(dir, name, len);
    if (e == NULL)
        return -ENOENT;
    *found = inode_get(e->inode);
    return 0;
}

static int ram_list(struct inode *dir, uint64_t *position, dir_emit *emit, void *ctx)
{
    struct ram_entry *e;
    list_for_each_entry(e, &ram_inode(dir)->entries, link) {
        if (e->number < *position)
            continue;
        if (!emit(ctx, e->name, e->len, e->inode->number, inode_type(e->inode->mode), e->number + 1))
            break;
        *position = e->number + 1;
    }
    return 0;
}

/* i, a directory, is in dir from now on. */
static void enter(struct inode *dir, struct inode *i)
{
    i->parent = inode_get(dir);
    dir->links++;
}

static int ram_create(struct inode *dir, const char *name, size_t len, const struct inode_new *what,
                      struct inode **made)
{
    struct ram_entry *e = entry_create(name, len);
    if (e == NULL)
        return -ENOMEM;
    struct inode *i = ram_inode_create(what);
    if (i == NULL) {
        kfree(e);
        return -ENOMEM;
    }
    i->links = inode_is_dir(i) ? 2 : 1;
    if (inode_is_dir(i))
        enter(dir, i);
    entry_add(dir, e, i);
    *made = inode_get(i);
    return 0;
}

static int ram_link(struct inode *dir, const char *name, size_t len, struct inode *i)
{
    struct ram_entry *e = entry_create(name, len);
    if (e == NULL)
        return -ENOMEM;
    i->links++;
    entry_add(dir, e, inode_get(i));
    return 0;
}

/* The name of i in dir is gone. Lets go the reference that it was. */
static void forget(struct inode *dir, struct inode *i)
{
    i->links--;
    if (inode_is_dir(i)) {
        i->links = 0;
        dir->links--;
    }
    mutex_lock(&i->lock);
    i->changed = clock_uptime_ns();
    mutex_unlock(&i->lock);
    inode_put(i);
}

static int ram_remove(struct inode *dir, const char *name, size_t len, struct inode *i)
{
    struct ram_entry *e = find(dir, name, len);
    if (inode_is_dir(i) && !list_empty(&ram_inode(i)->entries))
        return -ENOTEMPTY;
    KASSERT(e != NULL && e->inode == i);
    entry_remove(dir, e);
    forget(dir, i);
    return 0;
}

static int ram_rename(struct inode *from, const char *name, size_t len, struct inode *to, const char *to_name,
                      size_t to_len, struct inode *old)
{
    struct ram_entry *e = find(from, name, len), *place = find(to, to_name, to_len);
    if (old != NULL && inode_is_dir(old) && !list_empty(&ram_inode(old)->entries))
        return -ENOTEMPTY;
    struct inode *i = e->inode;
    if (old == NULL) {
        place = entry_create(to_name, to_len);
        if (place == NULL)
            return -ENOMEM;
        entry_add(to, place, i);
    } else {
        place->inode = i;
        inode_touch(to);
    }
    entry_remove(from, e);
    if (inode_is_dir(i)) {
        struct inode *parent = i->parent;
        from->links--;
        enter(to, i);
        inode_put(parent);
    }
    if (old != NULL)
        forget(to, old);
    return 0;
}

static long ram_readlink(struct inode *i, char *text, size_t size)
{
    size_t n = min_size(size, (size_t)i->size);
    memcpy(text, ram_inode(i)->text, n);
    return (long)n;
}

static int ram_open(struct inode *i, struct file *f)
{
    if (S_ISCHR(i->mode))
        return dev_open(i, f);
    if (!S_ISREG(i->mode))
        return -ENXIO;
    f->ops = &ram_file_ops;
    return 0;
}

/* Removed directories are empty; a root is never freed, but for one that was not taken into use. */
static void ram_free(struct inode *i)
{
    struct ram_inode *r = ram_inode(i);
    KASSERT(list_empty(&r->entries));
    ram_free_data(r);
    kfree(r->text);
    kfree(r);
}

static const struct inode_ops ram_ops = {
    .lookup = ram_lookup,
    .list = ram_list,
    .create = ram_create,
    .link = ram_link,
    .remove = ram_remove,
    .rename = ram_rename,
    .readlink = ram_readlink,
    .truncate = ram_truncate,
    .read_at = ram_read_at,
    .open = ram_open,
    .free = ram_free,
};

struct inode *ramfs_create(void)
{
    struct inode *i = ram_inode_create(&(struct inode_new){ .mode = S_IFDIR | 0755 });
    if (i != NULL)
        i->links = 2;
    return i;
}

int ramfs_mount(struct inode *dir, const char *name, struct inode *other)
{
    struct ram_entry *e = entry_create(name, strlen(name));
    if (e == NULL)
        return -ENOMEM;
    enter(dir, other);
    entry_add(dir, e, inode_get(other));
    return 0;
}
