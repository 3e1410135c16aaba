/*
 * ramfs_data.c - the RAM file system: the bytes of regular files.
 *
 * A page that is being copied to or from a program has one user more. So no lock that a page fault may want
 * is held meanwhile, and a page that is cut off lives until the copy is over. Who reads while another writes
 * gets some of the old bytes and some of the new ones, as on Linux.
 */
#include <kernel/clock.h>
#include <kernel/kmalloc.h>
#include <kernel/page.h>
#include <kernel/ramfs.h>
#include <kernel/ramfs_data.h>
#include <lib/string.h>
#include <lib/util.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>

enum { ROOM_FIRST = 8 };

/* A cleared page with one user, the table. */
static void *data_page_create(void)
{
    void *page = page_alloc_zero(0, PAGE_FILE);
    if (page != NULL)
        atomic_init(&page_of(page)->users, 1);
    return page;
}

static void data_page_get(void *page)
{
    atomic_fetch_add_explicit(&page_of(page)->users, 1, memory_order_relaxed);
}

static void data_page_put(void *page)
{
    if (atomic_fetch_sub_explicit(&page_of(page)->users, 1, memory_order_acq_rel) == 1)
        page_free(page, 0);
}

/* Lock held. NULL: a hole, or behind the table. */
static void *find(const struct ram_inode *r, uint64_t offset)
{
    uint64_t n = offset >> PAGE_SHIFT;
    return n < r->room ? r->page[n] : NULL;
}

/* Both locks held. Makes the table reach to page n. */
static int make_room(struct ram_inode *r, size_t n)
{
    size_t room = max_size(r->room, ROOM_FIRST);
    if (n < r->room)
        return 0;
    while (room <= n)
        room *= 2;
    void **table = krealloc(r->page, room * sizeof(*table));
    if (table == NULL)
        return -ENOMEM;
    memset(table + r->room, 0, (room - r->room) * sizeof(*table));
    r->page = table;
    r->room = room;
    return 0;
}

/* Writer held. The page of that offset, made if need be; NULL: no memory. */
static void *find_or_make(struct ram_inode *r, uint64_t offset)
{
    void *page = find(r, offset);
    if (page != NULL)
        return page;
    page = data_page_create();
    if (page == NULL)
        return NULL;
    mutex_lock(&r->inode.lock);
    int error = make_room(r, (size_t)(offset >> PAGE_SHIFT));
    if (error == 0)
        r->page[offset >> PAGE_SHIFT] = page;
    mutex_unlock(&r->inode.lock);
    if (error != 0)
        data_page_put(page);
    return error == 0 ? page : NULL;
}

/* The piece of a page that is at offset: how long it is, of n bytes. */
static size_t piece(uint64_t offset, size_t n)
{
    return min_size(n, PAGE_SIZE - (size_t)(offset % PAGE_SIZE));
}

static long ram_read(struct file *f, struct uio *u, uint64_t *position)
{
    struct ram_inode *r = ram_inode(f->inode);
    size_t done = 0;
    int error = 0;
    while (u->left > 0 && error == 0) {
        mutex_lock(&r->inode.lock);
        uint64_t at = *position, size = r->inode.size;
        size_t n = at >= size ? 0 : piece(at, (size_t)min_u64(u->left, size - at));
        char *page = find(r, at);
        if (page != NULL)
            data_page_get(page);
        r->inode.accessed = clock_uptime_ns();
        mutex_unlock(&r->inode.lock);
        error = page == NULL ? uio_zero(u, n) : uio_put(u, page + at % PAGE_SIZE, n);
        if (page != NULL)
            data_page_put(page);
        if (error == 0) {
            *position += n;
            done += n;
        }
        if (n == 0)
            break;
    }
    return done > 0 ? (long)done : error;
}

/* Writer held. One piece of a write. Bytes, or -E... */
static long write_piece(struct ram_inode *r, struct uio *u, uint64_t at)
{
    if (at >= RAMFS_SIZE_MOST)
        return -EFBIG;
    size_t n = piece(at, u->left);
    char *page = find_or_make(r, at);
    if (page == NULL)
        return -ENOSPC;
    size_t from = (size_t)(at % PAGE_SIZE);
    int error = uio_get(u, page + from, n);
    if (error != 0) {
        /* some of it may have come, and behind the end there are zeros */
        size_t old = at < r->inode.size ? (size_t)min_u64(n, r->inode.size - at) : 0;
        memset(page + from + old, 0, n - old);
        return error;
    }
    mutex_lock(&r->inode.lock);
    r->inode.size = max_u64(r->inode.size, at + n);
    r->inode.modified = r->inode.changed = clock_uptime_ns();
    mutex_unlock(&r->inode.lock);
    return (long)n;
}

static long ram_write(struct file *f, struct uio *u, uint64_t *position)
{
    struct ram_inode *r = ram_inode(f->inode);
    long done = 0, n = 0;
    mutex_lock(&r->inode.writer);
    if ((file_flags(f) & O_APPEND) != 0)
        *position = r->inode.size;
    while (u->left > 0 && n >= 0) {
        n = write_piece(r, u, *position);
        if (n > 0) {
            *position += (uint64_t)n;
            done += n;
        }
    }
    mutex_unlock(&r->inode.writer);
    return done > 0 ? done : n;
}

const struct file_ops ram_file_ops = { .read = ram_read, .write = ram_write };

/* Both locks held. From page n on there is nothing any more. */
static void drop_from(struct ram_inode *r, size_t n)
{
    for (size_t i = n; i < r->room; i++) {
        if (r->page[i] != NULL)
            data_page_put(r->page[i]);
        r->page[i] = NULL;
    }
    if (n == 0) {
        kfree(r->page);
        r->page = NULL;
        r->room = 0;
    }
}

int ram_truncate(struct inode *i, uint64_t size)
{
    struct ram_inode *r = ram_inode(i);
    if (size > RAMFS_SIZE_MOST)
        return -EFBIG;
    mutex_lock(&i->writer);
    mutex_lock(&i->lock);
    if (size < i->size) {
        char *last = size % PAGE_SIZE == 0 ? NULL : find(r, size);
        if (last != NULL)
            memset(last + size % PAGE_SIZE, 0, PAGE_SIZE - (size_t)(size % PAGE_SIZE));
        drop_from(r, (size_t)((size + PAGE_SIZE - 1) >> PAGE_SHIFT));
    }
    i->size = size;
    i->modified = i->changed = clock_uptime_ns();
    mutex_unlock(&i->lock);
    mutex_unlock(&i->writer);
    return 0;
}

int ram_read_at(struct inode *i, uint64_t offset, void *to, size_t n)
{
    struct ram_inode *r = ram_inode(i);
    char *out = to;
    mutex_lock(&i->lock);
    n = offset >= i->size ? 0 : (size_t)min_u64(n, i->size - offset);
    for (size_t done = 0; done < n;) {
        size_t some = piece(offset + done, n - done);
        const char *page = find(r, offset + done);
        if (page == NULL)
            memset(out + done, 0, some);
        else
            memcpy(out + done, page + (offset + done) % PAGE_SIZE, some);
        done += some;
    }
    mutex_unlock(&i->lock);
    return (int)n;
}

void ram_free_data(struct ram_inode *r)
{
    drop_from(r, 0);
}
