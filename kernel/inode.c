/* inode.c - inodes: what all kinds of them have in common. */
#include <kernel/clock.h>
#include <kernel/inode.h>
#include <kernel/kassert.h>
#include <uapi/errno.h>

static struct mutex tree = MUTEX_INIT(tree, "names");

static struct inode *of_source(struct area_source *src)
{
    return container_of(src, struct inode, source);
}

static int read_source(struct area_source *src, uint64_t offset, void *to, size_t n)
{
    struct inode *i = of_source(src);
    return i->ops->read_at(i, offset, to, n);
}

static void get_source(struct area_source *src)
{
    inode_get(of_source(src));
}

static void put_source(struct area_source *src)
{
    inode_put(of_source(src));
}

static const struct area_source_ops source_ops = { .read = read_source,
                                                   .get = get_source,
                                                   .put = put_source };

void inode_init(struct inode *i, const struct inode_ops *ops, unsigned mode, uint64_t number)
{
    i->ops = ops;
    i->number = number;
    i->mode = mode;
    i->source.ops = &source_ops;
    atomic_init(&i->refs, 1);
    mutex_init(&i->writer, "inode writer");
    mutex_init(&i->lock, "inode");
    i->accessed = i->modified = i->changed = clock_uptime_ns();
}

struct inode *inode_get(struct inode *i)
{
    unsigned refs = atomic_fetch_add_explicit(&i->refs, 1, memory_order_relaxed);
    KASSERT(refs > 0);
    return i;
}

/* A removed directory frees its parent after it, and so on: in a loop, however deep that is. */
void inode_put(struct inode *i)
{
    while (i != NULL && atomic_fetch_sub_explicit(&i->refs, 1, memory_order_acq_rel) == 1) {
        struct inode *parent = i->parent;
        i->ops->free(i);
        i = parent;
    }
}

void tree_lock(void)
{
    mutex_lock(&tree);
}

void tree_unlock(void)
{
    mutex_unlock(&tree);
}

void inode_touch(struct inode *i)
{
    mutex_lock(&i->lock);
    i->modified = i->changed = clock_uptime_ns();
    mutex_unlock(&i->lock);
}

void inode_stat(struct inode *i, struct inode_stat *st)
{
    tree_lock();
    mutex_lock(&i->lock);
    *st = (struct inode_stat){
        .device = i->device,
        .rdev = i->rdev,
        .uid = i->uid,
        .gid = i->gid,
        .number = i->number,
        .size = i->size,
        .mode = i->mode,
        .links = i->links,
        .accessed = i->accessed,
        .modified = i->modified,
        .changed = i->changed,
    };
    mutex_unlock(&i->lock);
    tree_unlock();
}
